"""What the platform does for itself: measuring its runs, backing up, and taking away what runs leave behind.

Belongs here: the Dagster side. The work is done in `ops`.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from job_etl import paths
from job_etl.deployment import schedule_status
from job_etl.errors import ConfigError
from job_etl.ops import housekeeping
from job_etl.ops.backup import Store, back_up, backups_url
from job_etl.ops.run_stats import StageStats, record, recorded_runs
from job_etl.resources import LandingZone, Warehouse

KEPT_RUNS = timedelta(days=90)
KEPT_FILES_DAYS = 14

_STAGES = {
    "sources": "sources",
    "raw__job_postings_raw": "raw",
    "staging": "staging",
    "marts": "marts",
    "exports__ranked_jobs": "exports",
}
_SPLIT = {"sources_": "sources", "shards__loaded_": "raw"}
"""How the steps begin that a stage is split into (see `assets.shards`)."""

_COLUMNS = {
    "rows_in": ("payloads", "read"),
    "rows_new": ("new", "opened"),
    "rows_changed": ("changed",),
    "rows_rejected": ("unreadable", "rejected"),
}
"""Which counts of an asset's metadata stand in which column: raw's and the sources' words, and staging's."""

_UNRECORDED = 20


@dg.asset(
    key=["ops", "run_stats"],
    deps=[["exports", "ranked_jobs"]],
    kinds={"postgres"},
    description="What each run did: seconds, rows and bytes, one row a stage; also of earlier runs that failed.",
    metadata={"dagster/table_name": "ops.run_stats"},
)
def run_stats(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """Write down this run so far, and those before it of which nothing is written."""
    instance = context.instance
    with warehouse.connect() as connection:
        known = recorded_runs(connection)
        ended = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]), limit=_UNRECORDED)
        runs = [context.run, *(run for run in ended if run.run_id not in known)]
        stages = [stage for run in runs for stage in stages_of(instance, run)]
        record(connection, stages)
    return dg.MaterializeResult(metadata={"stages": len(stages), "runs": len(runs)})


def stages_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[StageStats]:
    """The stages of a run, each of one step or, where work is split, of several."""
    stages = defaultdict(list)
    for step in instance.get_run_step_stats(run.run_id):
        if (stage := _stage(step.step_key)) and step.start_time is not None and step.end_time is not None:
            stages[stage].append((step.start_time, step.end_time, step))
    for stage, steps in stages.items():
        counts: dict[str, float] = {}
        for event in (event for *_, step in steps for event in step.materialization_events):
            materialization = (
                event.dagster_event.step_materialization_data.materialization if event.dagster_event else None
            )
            for name, value in (materialization.metadata if materialization else {}).items():
                if isinstance(value.value, int | float):
                    counts[name] = counts.get(name, 0) + value.value
        received = counts.get("megabytes_received")
        began = min(start for start, *_ in steps)
        yield StageStats(
            run_id=run.run_id,
            stage=stage,
            job=run.job_name,
            succeeded=all(step.status is not None and step.status.value == "SUCCESS" for *_, step in steps),
            began_at=datetime.fromtimestamp(began, UTC),
            seconds=max(end for _, end, _ in steps) - began,
            bytes=None if received is None else round(received * 1e6),
            **{column: _first(counts, names) for column, names in _COLUMNS.items()},
        )


def _stage(step: str) -> str | None:
    return _STAGES.get(step) or next((_SPLIT[part] for part in _SPLIT if step.startswith(part)), None)


def _first(counts: dict[str, float], names: tuple[str, ...]) -> int | None:
    return next((int(counts[name]) for name in names if name in counts), None)


@dg.op(description="Backs up the database, reads the dump through, and deletes all but the newest backups.")
def back_up_warehouse(context: dg.OpExecutionContext, warehouse: Warehouse, landing_zone: LandingZone) -> None:
    """Make one backup, and keep as many as `JOB_ETL_BACKUPS_KEPT` says (14)."""
    store = Store(backups_url())
    name = back_up(warehouse.url(), store, landing_zone.open())
    manifest = store.manifest(name)
    deleted = store.keep(_kept_backups())
    context.add_output_metadata({"name": name, "megabytes": manifest.bytes / 1e6, "deleted": len(deleted)})


@dg.op(description="Deletes old runs with their events and logs, and what dbt left behind.")
def take_away(context: dg.OpExecutionContext) -> None:
    """Take away runs that are older than 90 days, and files of runs that are older than two weeks."""
    before = datetime.now(UTC) - KEPT_RUNS
    old = context.instance.get_run_records(dg.RunsFilter(created_before=before), limit=1000)
    for run in old:
        context.instance.delete_run(run.dagster_run.run_id)
    folders = (paths.home() / "dbt", paths.home() / "logs", Path(context.instance.storage_directory()))
    files = sum(housekeeping.prune(folder, KEPT_FILES_DAYS) for folder in folders)
    context.add_output_metadata({"runs": len(old), "files": files})


@dg.job(description="Backs up the database. The landing zone is not in it: keep a copy of that elsewhere.")
def back_up_daily() -> None:
    """Back up."""
    back_up_warehouse()


@dg.job(description="Takes away what runs leave behind.")
def keep_house() -> None:
    """Take away."""
    take_away()


JOBS = [back_up_daily, keep_house]

SCHEDULES = [
    dg.ScheduleDefinition(
        job=back_up_daily,
        cron_schedule="0 3 * * *",
        default_status=schedule_status(),
        description="Every night at three (UTC).",
    ),
    dg.ScheduleDefinition(
        job=keep_house,
        cron_schedule="30 3 * * 0",
        default_status=schedule_status(),
        description="Every Sunday night (UTC).",
    ),
]


def _kept_backups() -> int:
    text = os.environ.get("JOB_ETL_BACKUPS_KEPT") or "14"
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"JOB_ETL_BACKUPS_KEPT is {text!r}, expected a number of 1 or more")
    return int(text)
