from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from job_etl.assets.sources import sources
from job_etl.instance import ONLY_DUE
from job_etl.resources import LandingZone
from job_etl_tests.provider import Provider, html, page

GREENHOUSE = dg.AssetKey(["sources", "greenhouse"])
ADZUNA = dg.AssetKey(["sources", "adzuna"])


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with Provider() as server:
        entry = {"base_url": server.url, "rate": {"per_second": 1000}}
        config = {"greenhouse": {**entry, "boards": ["acme", "bad"]}, "adzuna": {"boards": ["ca-data"]}}
        (tmp_path / "sources.yml").write_text(json.dumps(config))
        monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
        monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
        server.at("/v1/boards/acme/jobs", page({"jobs": [{"id": 1, "title": "Engineer"}, {"title": "no id"}]}))
        server.at("/v1/boards/bad/jobs", html())
        yield server


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dg.ExecuteInProcessResult]:
    def once(tags: Mapping[str, str] | None = None) -> dg.ExecuteInProcessResult:
        landing = {"landing_zone": LandingZone(url=str(tmp_path / "landing"))}
        return dg.materialize([sources], resources=landing, selection=[GREENHOUSE, ADZUNA], tags=tags)

    return once


def metadata(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, Any]:
    [event] = [event for event in result.get_asset_materialization_events() if event.asset_key == key]
    return dict(event.materialization.metadata)


def test_the_health_of_each_board_stands_at_its_sources_asset(
    provider: Provider, run: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    result = run()
    said = metadata(result, GREENHOUSE)
    assert said["state"].value == "on"
    assert [said[name].value for name in ("boards_crawled", "payloads", "rejects", "complete", "failed")] == [
        *(2, 2, 1, 1, 1)
    ]
    bad, good = (record.data for record in said["board_health"].records)
    assert (good["board"], good["newest_crawl"], good["postings"], good["rejects"]) == ("acme", "complete", 2, 1)
    assert good["last_good"].endswith(" UTC")
    assert good["next_due"] > good["last_good"]
    assert (bad["board"], bad["newest_crawl"], bad["last_good"], bad["failures"]) == ("bad", "failed", None, 1)
    assert "expected JSON" in bad["why_not"]
    checks = {check.asset_key: check for check in result.get_asset_check_evaluations()}
    assert not checks[GREENHOUSE].passed
    assert "- bad: failed: " in str(checks[GREENHOUSE].metadata["not_in_full"].value)
    assert metadata(result, ADZUNA)["state"].value == "needs ADZUNA_APP_ID and ADZUNA_APP_KEY"
    assert checks[ADZUNA].passed


@pytest.mark.parametrize("tags", [{"dagster/schedule_name": "daily"}, {ONLY_DUE: "yes"}])
def test_a_run_by_the_clock_or_with_due_leaves_out_boards_that_are_not_due(
    provider: Provider, run: Callable[..., dg.ExecuteInProcessResult], tags: dict[str, str]
) -> None:
    run()
    asked = provider.count()
    result = run(tags)
    assert provider.count() == asked
    said = metadata(result, GREENHOUSE)
    assert (said["boards_crawled"].value, len(said["board_health"].records)) == (0, 2)
    assert not next(check for check in result.get_asset_check_evaluations() if check.asset_key == GREENHOUSE).passed
    run()
    assert provider.count() == 2 * asked
