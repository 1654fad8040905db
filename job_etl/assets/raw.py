"""Every landed crawl, loaded once."""

import dagster as dg

from job_etl import progress
from job_etl.assets import sources
from job_etl.resources import LandingZone, Warehouse
from job_etl.sources import SOURCES
from job_etl.warehouse.raw import load_crawls


@dg.asset(
    key=["raw", "job_postings_raw"],
    deps=[["bootstrap", "schema"], *sources.SPECS],
    kinds={"postgres"},
    description="Every payload that was new or had changed when a crawl saw it, as the provider sent it.",
    metadata={"dagster/table_name": "raw.job_postings_raw"},
)
def job_postings_raw(
    context: dg.AssetExecutionContext, warehouse: Warehouse, landing_zone: LandingZone
) -> dg.MaterializeResult[None]:
    done = 0

    def on_progress(_: object) -> None:
        nonlocal done
        done += 1
        progress.report("raw", done, note="crawls loaded")

    with warehouse.connect() as connection:
        loaded, failed = load_crawls(connection, landing_zone.open(), SOURCES, on_progress=on_progress)
        rows = connection.execute("select count(*) from raw.job_postings_raw").fetchone()
    for failure in failed:
        context.log.error(failure.reason)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows[0] if rows else 0,
            "crawls_loaded": len(loaded),
            "crawls_failed_to_load": len(failed),
            "payloads": sum(crawl.payloads for crawl in loaded),
            "new": sum(crawl.new for crawl in loaded),
            "changed": sum(crawl.changed for crawl in loaded),
            "unchanged": sum(crawl.unchanged for crawl in loaded),
            "duplicate": sum(crawl.duplicate for crawl in loaded),
            "unreadable": sum(crawl.unreadable for crawl in loaded),
        }
    )
