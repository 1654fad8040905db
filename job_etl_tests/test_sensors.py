"""The sensor of the landing zone; that it loads what lies there is tested in the UI."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest

from job_etl.instance import run_tags
from job_etl.resources import LandingZone, Warehouse
from job_etl.sensors import new_landed_crawls


def test_a_run_that_was_killed_is_not_waited_for(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    killed = dg.DagsterRun("jobs_etl_daily", str(uuid4()), status=dg.DagsterRunStatus.STARTED, tags=run_tags())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_run(killed)
        resources = {"warehouse": Warehouse(), "landing_zone": LandingZone(url=str(tmp_path / "landing"))}
        told = new_landed_crawls(dg.build_sensor_context(instance=instance, resources=resources))
        assert isinstance(told, dg.SkipReason)
        assert told.skip_message == "every crawl in the landing zone is loaded"
        run = instance.get_run_by_id(killed.run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.FAILURE
