"""What the platform reacts to: new files in the landing zone, and runs that fail."""

import hashlib
import time

import dagster as dg

from job_etl.deployment import sensor_status
from job_etl.instance import fail_dead_runs
from job_etl.resources import LandingZone, Warehouse
from job_etl.schedules import load_landed
from job_etl.warehouse.raw import count_loaded, pending_crawls

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

_LISTED_EVERY = 900  # seconds: a request for every thousand files ever landed takes its time, and costs money


@dg.sensor(
    job=load_landed,
    minimum_interval_seconds=60,
    default_status=sensor_status(),
    description="Loads crawls that lie in the landing zone and are not in the database yet, whoever put them there.",
)
def new_landed_crawls(
    context: dg.SensorEvaluationContext, warehouse: Warehouse, landing_zone: LandingZone
) -> dg.RunRequest | dg.SkipReason:
    fail_dead_runs(context.instance)  # one that was killed would be waited for until somebody runs the next
    if context.instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED), limit=1):
        return dg.SkipReason("a run is under way and may load them")
    zone = landing_zone.open()
    with warehouse.connect() as connection:
        # Every file is looked at where something changed, here or in the database; in a bucket now and then.
        state = zone.state() or f"{time.time() // _LISTED_EVERY:.0f}"
        looked_at = f"{state} {count_loaded(connection)}"
        if looked_at == context.cursor:
            return dg.SkipReason("nothing has come into the landing zone since it was last looked through")
        pending = pending_crawls(connection, zone)
    context.update_cursor(looked_at)
    if not pending:
        return dg.SkipReason("every crawl in the landing zone is loaded")
    # The same files make the same key, so that one that cannot be loaded is not tried again every minute.
    key = hashlib.sha256("\n".join(sorted(pending)).encode()).hexdigest()
    return dg.RunRequest(run_key=key, tags={"job_etl/landed_crawls": str(len(pending))})


@dg.run_failure_sensor(
    default_status=sensor_status(), description="Writes one clear line to the log for every run that fails."
)
def log_failed_run(context: dg.RunFailureSensorContext) -> None:
    context.log.error(
        f"{context.dagster_run.job_name} {context.dagster_run.run_id} failed: {context.failure_event.message}"
    )
