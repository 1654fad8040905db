"""When the platform runs by itself."""

from __future__ import annotations

import dagster as dg

from job_etl.deployment import schedule_status

jobs_etl_daily = dg.define_asset_job(
    "jobs_etl_daily",
    selection=dg.AssetSelection.all(),
    description="The whole way: schema, crawls, raw, staging, marts, exports, and every check.",
)

daily_schedule = dg.ScheduleDefinition(
    name="jobs_etl_daily_schedule",
    job=jobs_etl_daily,
    cron_schedule="0 7 * * *",
    execution_timezone="America/Toronto",
    default_status=schedule_status(),
    description="Every morning at seven in Toronto.",
)

load_landed = dg.define_asset_job(
    "load_landed",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups("sources"),
    description="Everything behind the landing zone: loads what lies there, asks no provider.",
)
