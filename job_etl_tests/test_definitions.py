"""What Dagster loads: the graph, its jobs, schedules, sensors and checks; and that Dagster's own commands load it.

The graph as it is meant to be stands in `definitions.txt`; after a change that is meant, write it anew:
`WRITE_SNAPSHOTS=1 pytest job_etl_tests/test_definitions.py`, and read the difference.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from job_etl.sources import SOURCES

SNAPSHOT = Path(__file__).with_name("definitions.txt")
PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from job_etl.definitions import defs  # here, as it takes seconds and prepares dbt's manifest

    return defs


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> list[dg.AssetSpec]:
    """The assets that a run makes."""
    found = [spec for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition) for spec in asset.specs]
    return sorted(found, key=lambda spec: spec.key.to_user_string())


def test_the_graph_its_checks_jobs_schedules_and_sensors_are_those_written_down(
    defs: dg.Definitions, specs: list[dg.AssetSpec]
) -> None:
    described = "".join(f"{line}\n" for line in _described(defs, specs))
    if os.environ.get("WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(described, encoding="utf-8")
    assert described == SNAPSHOT.read_text(encoding="utf-8")


def _described(defs: dg.Definitions, specs: list[dg.AssetSpec]) -> Iterator[str]:
    """A line each; the sources are left out, as they are an asset each and that is another test."""
    checks = defs.resolve_asset_graph().asset_check_keys
    for spec in specs:
        if spec.key.path[0] == "sources":
            continue
        above = {dep.asset_key.to_user_string() for dep in spec.deps}
        all_sources = {f"sources/{name}" for name in SOURCES}
        if all_sources <= above:
            above = above - all_sources | {"sources/*"}
        yield f"{spec.key.to_user_string()} ({', '.join(sorted(spec.kinds))}) <- {', '.join(sorted(above))}".rstrip(
            "< -"
        )
        yield from sorted(f"  check {check.name}" for check in checks if check.asset_key == spec.key)
    yield from sorted(f"job {job.name}" for job in defs.jobs or ())
    for schedule in defs.schedules or ():
        assert isinstance(schedule, dg.ScheduleDefinition)
        yield f"schedule {schedule.name}: {schedule.job_name} at {schedule.cron_schedule} {schedule.execution_timezone}"
    yield from sorted(f"sensor {sensor.name}" for sensor in defs.sensors or ())


def test_every_source_is_an_asset_of_its_own(specs: list[dg.AssetSpec]) -> None:
    assert {spec.key.path[1] for spec in specs if spec.key.path[0] == "sources"} == set(SOURCES)


def test_every_asset_says_what_it_is_whose_it_is_and_how_fresh_it_should_be(specs: list[dg.AssetSpec]) -> None:
    for spec in specs:
        assert spec.group_name == spec.key.path[0]
        assert spec.owners == ["team:job-etl"]
        assert spec.kinds, spec.key
        assert spec.description, spec.key
        assert spec.freshness_policy is not None, spec.key


def test_every_check_says_what_it_checks(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert [key for key in graph.asset_check_keys if not graph.get_check_spec(key).description] == []


def test_every_schedule_and_sensor_is_off_until_a_person_switches_it_on(defs: dg.Definitions) -> None:
    for switched in (*(defs.schedules or ()), *(defs.sensors or ())):
        assert getattr(switched, "default_status", None).name == "STOPPED", switched


def test_dagsters_own_commands_load_the_graph_and_start_no_database(home: Path, tmp_path: Path) -> None:
    dagster = str(Path(sys.executable).with_name("dagster"))
    validating = _started([dagster, "definitions", "validate", "-w", "workspace.yaml"], home)
    listing = _started([dagster, "asset", "list", "-m", "job_etl.definitions"], tmp_path)
    told, listed = validating.communicate()[0], listing.communicate()[0]
    assert validating.returncode == 0, told
    assert "All code locations passed validation" in told
    assert listing.returncode == 0, listed
    assert "marts/fact_jobs" in listed.split()
    assert not (tmp_path / "postgres").exists()


def _started(command: list[str], home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "JOB_ETL_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
