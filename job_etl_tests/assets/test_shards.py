"""The graph with work split into shards: more steps, the same tables, checks and ways between them."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from job_etl.definitions import build_definitions
from job_etl.landing import Landing
from job_etl.operations import stages_of
from job_etl.resources import LandingZone
from job_etl.sources import SOURCES
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect
from job_etl_tests.warehouse.boards import bring_in, day, land, posting, tables

_RAW, _POSTINGS = dg.AssetKey(["raw", "job_postings_raw"]), dg.AssetKey(["staging", "postings"])


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dg.Definitions:
    (tmp_path / "sources.yml").write_text("{}")
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JOB_ETL_SHARDS", "2")
    return build_definitions({"landing_zone": LandingZone(url=str(tmp_path / "landing"))})


def test_shards_stand_before_what_loads_and_what_reads_and_each_source_is_a_step(split: dg.Definitions) -> None:
    graph = split.resolve_asset_graph()
    assert {key.path[-1] for key in graph.get(_RAW).parent_keys if key.path[0] == "shards"} == {"loaded_1", "loaded_2"}
    assert {key.path[-1] for key in graph.get(_POSTINGS).parent_keys if key.path[0] == "shards"} == {"read_1", "read_2"}
    steps = {node.name for node in split.resolve_job_def("jobs_etl_daily").nodes}
    assert {f"sources_{name}" for name in SOURCES} < steps
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JOB_ETL_SHARDS")
        expected = build_definitions().resolve_asset_graph()
    assert graph.asset_check_keys == expected.asset_check_keys
    assert {key for key in graph.get_all_asset_keys() if key.path[0] != "shards"} == expected.get_all_asset_keys()


def test_a_run_with_shards_makes_what_one_without_makes_and_counts_the_same(
    split: dg.Definitions, database_url: str, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = Landing(str(tmp_path / "landing"))
    for board in ("northwind", "harbour", "quarry"):
        land(landing, day(0), [posting(f"{board}-{number}") for number in range(10)], board=board)
        land(landing, day(1), [posting(f"{board}-{number}", "Analyst") for number in range(9)], board=board)
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)
    chosen = dg.AssetSelection.groups("bootstrap", "sources", "shards", "raw", "staging")
    with dg.DagsterInstance.ephemeral() as instance:
        result = split.resolve_job_def("jobs_etl_daily").execute_in_process(
            instance=instance, asset_selection=list(chosen.resolve(split.resolve_asset_graph()))
        )
        stages = {stage.stage: stage for stage in stages_of(instance, result.dagster_run)}
    assert result.success
    assert (stages["raw"].rows_in, stages["raw"].rows_new, stages["raw"].rows_changed) == (57, 30, 27)
    assert stages["sources"].rows_in is None
    bootstrap(empty_database_url)
    with connect(database_url) as connection, connect(empty_database_url) as other:
        bring_in(other, landing)
        assert tables(connection) == tables(other)
