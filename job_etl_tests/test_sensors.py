"""The sensor of the landing zone; that it loads what lies there is tested in the UI."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import dagster as dg
import psycopg
import pytest

from job_etl.instance import run_tags
from job_etl.landing import Landing
from job_etl.resources import LandingZone, Warehouse
from job_etl.sensors import new_landed_crawls
from job_etl_tests.warehouse.boards import day, land, load, posting

LOADED = "every crawl in the landing zone is loaded"
UNCHANGED = "nothing has come into the landing zone since it was last looked through"


@pytest.fixture
def instance(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dg.DagsterInstance:  # ephemeral: it lives in memory
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    return dg.DagsterInstance.ephemeral()


def look(instance: dg.DagsterInstance, url: str, cursor: str | None = None) -> tuple[dg.RunRequest | str | None, str]:
    """What the sensor asks for, or why nothing, and its cursor."""
    resources = {"warehouse": Warehouse(), "landing_zone": LandingZone(url=url)}
    context = dg.build_sensor_context(instance=instance, resources=resources, cursor=cursor)
    told = new_landed_crawls(context)
    assert context.cursor
    return (told.skip_message if isinstance(told, dg.SkipReason) else told), context.cursor


def test_a_run_that_was_killed_is_not_waited_for(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    killed = dg.DagsterRun("jobs_etl_daily", str(uuid4()), status=dg.DagsterRunStatus.STARTED, tags=run_tags())
    instance.add_run(killed)
    assert look(instance, str(tmp_path / "landing"))[0] == LOADED
    run = instance.get_run_by_id(killed.run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE


def test_files_are_looked_at_again_only_where_something_changed(
    instance: dg.DagsterInstance, connection: psycopg.Connection, tmp_path: Path
) -> None:
    url = str(tmp_path / "landing")
    landing = Landing(url)
    told, cursor = look(instance, url)
    assert told == LOADED
    assert look(instance, url, cursor)[0] == UNCHANGED

    land(landing, day(0), [posting(1)])
    asked, cursor = look(instance, url, cursor)
    assert isinstance(asked, dg.RunRequest)
    assert look(instance, url, cursor)[0] == UNCHANGED
    load(connection, landing)
    told, cursor = look(instance, url, cursor)
    assert told == LOADED

    land(landing, day(1), [posting(1)])
    asked, cursor = look(instance, url, cursor)
    assert isinstance(asked, dg.RunRequest)
    load(connection, landing)
    told, cursor = look(instance, url, cursor)
    by_hand = tmp_path / "landing" / "greenhouse" / "acme" / "2026" / "of another tool"
    by_hand.parent.mkdir(parents=True)
    by_hand.with_suffix(".jsonl").write_text("{}\n")
    asked, cursor = look(instance, url, cursor)
    assert isinstance(asked, dg.RunRequest)

    connection.execute("truncate raw.crawls cascade")
    again, _ = look(instance, url, cursor)
    assert isinstance(again, dg.RunRequest)
    assert again.run_key != asked.run_key


def test_where_only_listing_tells_it_is_done_once_in_a_while(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"memory://{uuid4()}"
    now = 1_900_000_000.0
    monkeypatch.setattr("job_etl.sensors.time.time", lambda: now)
    told, cursor = look(instance, url)
    assert told == LOADED
    land(Landing(url), day(0), [posting(1)])
    assert look(instance, url, cursor)[0] == UNCHANGED
    now += 900
    assert isinstance(look(instance, url, cursor)[0], dg.RunRequest)
