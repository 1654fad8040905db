"""Postings and the jobs they advertise, brought up to date together in one transaction a batch of crawls."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from job_etl import progress
from job_etl.resources import Warehouse
from job_etl.sources import SOURCES
from job_etl.warehouse.staging import Staged, stage_crawls

POSTINGS = dg.AssetSpec(
    ["staging", "postings"],
    deps=[["raw", "job_postings_raw"]],
    kinds={"postgres", "python"},
    description="One row a posting: canonical fields with their provenance, first and last seen, open or closed.",
    metadata={"dagster/table_name": "staging.postings"},
)
JOBS = dg.AssetSpec(
    ["staging", "job_postings_stg"],
    deps=[["staging", "postings"]],
    kinds={"postgres", "sql"},
    description="One row a job: the freshest known value of each field over the postings that advertise it.",
    metadata={"dagster/table_name": "staging.job_postings_stg"},
)


@dg.multi_asset(name="staging", specs=[POSTINGS, JOBS])
def staging(warehouse: Warehouse) -> Iterator[dg.MaterializeResult[None]]:
    def on_progress(staged: Staged) -> None:
        progress.report("staging", staged.read, note=f"postings read, {staged.crawls} crawls")

    with warehouse.connect() as connection:
        staged = asdict(stage_crawls(connection, SOURCES, on_progress=on_progress))
        counts = connection.execute(
            "select (select count(*) from staging.postings), (select count(*) from staging.job_postings_stg)"
        ).fetchone()
    postings, jobs = counts or (0, 0)
    jobs_changed = staged.pop("jobs_changed")
    yield dg.MaterializeResult(asset_key=POSTINGS.key, metadata={"dagster/row_count": postings, **staged})
    yield dg.MaterializeResult(asset_key=JOBS.key, metadata={"dagster/row_count": jobs, "changed": jobs_changed})
