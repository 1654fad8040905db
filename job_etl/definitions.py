"""Everything Dagster loads, assembled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dagster as dg

from job_etl.alerting import alerts
from job_etl.assets.bootstrap import schema
from job_etl.assets.exports import ranked_jobs
from job_etl.assets.marts import marts
from job_etl.assets.ranking import ranking
from job_etl.assets.raw import job_postings_raw
from job_etl.assets.shards import with_shards
from job_etl.assets.sources import sources
from job_etl.assets.staging import staging
from job_etl.checks import CHECKS
from job_etl.code_server import never_stop_looking_for_dead_runs
from job_etl.dbt import dbt_cli
from job_etl.deployment import executor
from job_etl.operations import JOBS, SCHEDULES, run_stats
from job_etl.resources import ExportFolder, LandingZone, Warehouse
from job_etl.schedules import daily_schedule, jobs_etl_daily, load_landed
from job_etl.sensors import log_failed_run, new_landed_crawls

OWNERS = ["team:job-etl"]

# A day, and what the longest run may take on top.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=30), warn_window=timedelta(hours=26))


def build_definitions(resource_overrides: dict[str, Any] | None = None) -> dg.Definitions:
    """The one `Definitions` object; tests pass resources of their own."""
    assets = with_shards([schema, sources, job_postings_raw, staging, ranking, marts, ranked_jobs, run_stats])
    return dg.Definitions(
        assets=[
            asset.map_asset_specs(
                lambda spec: spec.replace_attributes(
                    group_name=spec.key.path[0], owners=OWNERS, freshness_policy=FRESHNESS
                )
            )
            for asset in assets
        ],
        asset_checks=CHECKS,
        jobs=[jobs_etl_daily, load_landed, *JOBS],
        schedules=[daily_schedule, *SCHEDULES],
        sensors=[new_landed_crawls, log_failed_run, alerts],
        resources={
            "warehouse": Warehouse(),
            "landing_zone": LandingZone(),
            "export_folder": ExportFolder(),
            "dbt": dbt_cli(),
            **(resource_overrides or {}),
        },
        executor=executor(),
    )


defs = build_definitions()
never_stop_looking_for_dead_runs()
