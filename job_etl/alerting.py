"""What is in trouble, as Dagster and the landing zone know it, and the sensor that has people told.

Belongs here: finding troubles. Each is found anew from the state of things and not from events, so that none is missed
while the daemon is down, and a run that failed and then succeeded in its retry is none.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster import AssetCheckKey
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.tags import WILL_RETRY_TAG

from job_etl import paths
from job_etl.boards import board_health
from job_etl.config.sources import load as load_config
from job_etl.deployment import sensor_status
from job_etl.errors import ConfigError, TransientError
from job_etl.landing import Landing
from job_etl.ops.alerts import Told, Trouble, channels, tell
from job_etl.ops.backup import backups_url
from job_etl.resources import LandingZone

FAILING = timedelta(days=7)
"""For how long a board may not be read in full before somebody is told."""

_STATE = "job_etl/alerts"
_BOARDS_EVERY = 3600.0  # seconds: their health is read from the whole landing zone
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def run_troubles(instance: dg.DagsterInstance, jobs: list[str]) -> Iterator[Trouble]:
    """A trouble for each job whose latest run failed and is not retried."""
    for job in jobs:
        for run in instance.get_runs(dg.RunsFilter(job_name=job, statuses=_ENDED), limit=1):
            if run.status is dg.DagsterRunStatus.FAILURE and run.tags.get(WILL_RETRY_TAG) != "true":
                yield Trouble(f"run:{job}", f"the last run of {job} failed", _link(run.run_id))


def check_troubles(instance: dg.DagsterInstance, checks: set[AssetCheckKey]) -> Iterator[Trouble]:
    """A trouble for each check that was red, not merely a warning, when it was last made."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(checks))
    for key, record in latest.items():
        event = record.event.dagster_event if record.event else None
        if record.status is AssetCheckExecutionRecordStatus.FAILED and event is not None:
            if event.asset_check_evaluation_data.severity is not dg.AssetCheckSeverity.ERROR:
                continue
            asset = key.asset_key.to_user_string()
            yield Trouble(f"check:{asset}:{key.name}", f"{asset}: check {key.name} is red", _link(record.run_id))


def freshness_trouble(instance: dg.DagsterInstance, specs: list[dg.AssetSpec], now: datetime) -> Iterator[Trouble]:
    """One trouble where assets are older than their freshness policy allows; one that was never made is not late."""
    windows = {
        spec.key: spec.freshness_policy.fail_window.to_timedelta()
        for spec in specs
        if isinstance(spec.freshness_policy, TimeWindowFreshnessPolicy)
    }
    late: list[str] = []
    for key, event in instance.get_latest_materialization_events(list(windows)).items():
        if event and now - datetime.fromtimestamp(event.timestamp, UTC) > windows[key]:
            late.append(key.to_user_string())
    if late:
        yield Trouble("freshness", f"{len(late)} assets are older than they may be, such as {min(late)}")


def board_troubles(landing: Landing, now: datetime) -> Iterator[Trouble]:
    """A trouble for each enabled board that could not be read in full for a week."""
    for board in board_health(load_config(), landing):
        since = board.last_good or (now - FAILING if board.failures > FAILING.days else now)
        if board.why_not and now - since >= FAILING:
            name = f"{board.source}/{board.board}"
            when = f"since {board.last_good:%Y-%m-%d}" if board.last_good else "in any of its crawls"
            yield Trouble(f"board:{name}", f"{name} was not read in full {when}: {board.why_not}")


def disk_troubles(folders: list[Path], least_free: int) -> Iterator[Trouble]:
    """A trouble for each file system of these folders with less than `least_free` bytes free."""
    seen: set[int] = set()
    for folder in folders:
        if not folder.exists() or (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        if (free := shutil.disk_usage(folder).free) < least_free:
            yield Trouble(
                f"disk:{folder}", f"{free / 1e9:.1f} GB are free in {folder}, fewer than {least_free / 1e9:g}"
            )


@dg.sensor(
    minimum_interval_seconds=300,
    default_status=sensor_status(),
    description="Tells people, once each, of runs that fail, checks that are red, assets that are late, boards that "
    "fail for a week and disks that fill up, and when that is over. A tick is red where an alert could not be sent.",
)
def alerts(context: dg.SensorEvaluationContext, landing_zone: LandingZone) -> dg.SkipReason:
    """Find all troubles, and tell every channel what is new to it."""
    ways = channels()
    if not ways:
        return dg.SkipReason("nobody is to be told: set JOB_ETL_ALERT_SMTP_URL or JOB_ETL_ALERT_WEBHOOK_URL")
    assert context.repository_def is not None
    storage = context.instance.daemon_cursor_storage
    state = json.loads(storage.get_cursor_values({_STATE}).get(_STATE) or "{}")
    now = datetime.now(UTC)
    if time.time() - state.get("boards_read_at", 0) > _BOARDS_EVERY:
        boards = board_troubles(landing_zone.open(), now)
        state |= {"boards": [[b.key, b.message] for b in boards], "boards_read_at": time.time()}
    repository = context.repository_def
    specs = [spec for asset in repository.assets_defs_by_key.values() for spec in asset.specs]
    found = [
        *run_troubles(context.instance, [job.name for job in repository.get_all_jobs()]),
        *check_troubles(context.instance, set(repository.asset_graph.asset_check_keys)),
        *freshness_trouble(context.instance, specs, now),
        *(Trouble(key, message) for key, message in state["boards"]),
        *disk_troubles([paths.home(), paths.exports_folder(), Path(backups_url())], _least_free()),
    ]
    told: Told = state.get("told", {})
    state["told"], failures = tell(found, ways, told)
    # Not the sensor's cursor: that is lost with a tick that fails, and who was told would be told again.
    storage.set_cursor_values({_STATE: json.dumps(state)})
    if failures:
        raise TransientError("; ".join(failures))
    return dg.SkipReason(f"{len(found)} troubles, and everybody knows")


def _least_free() -> int:
    text = os.environ.get("JOB_ETL_ALERT_DISK_FREE_GB") or "5"
    try:
        return int(float(text) * 1e9)
    except ValueError:
        raise ConfigError(f"JOB_ETL_ALERT_DISK_FREE_GB is {text!r}, expected a number of gigabytes") from None


def _link(run_id: str) -> str:
    return f"{(os.environ.get('JOB_ETL_UI_URL') or 'http://localhost:3000').rstrip('/')}/runs/{run_id}"
