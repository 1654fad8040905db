"""What must be true of the tables, beside what dbt tests: each check is a query for the rows that contradict it.

Belongs here: the names of the truths, which table they are about, and how grave a contradiction is. The queries are
in `warehouse/sql/checks/`; what can be said of the marts stands in dbt.
"""

from collections.abc import Sequence

import dagster as dg
from psycopg.rows import dict_row

from job_etl.drift import drift
from job_etl.resources import LandingZone, Warehouse
from job_etl.warehouse.catalogue import differences
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.raw import pending_crawls

TOLERABLE_REJECT_SHARE = 0.05
"""A provider that changed its payloads has nearly all of them rejected; odd postings are fewer than 1 in 100."""

_SHOWN = 20


def no_rows(
    asset: Sequence[str],
    name: str,
    query: str,
    description: str,
    *,
    blocking: bool = False,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetChecksDefinition:
    """A check that passes when a query of `warehouse/sql/checks/` finds no row."""

    @dg.asset_check(asset=dg.AssetKey(asset), name=name, description=description, blocking=blocking)
    def check(warehouse: Warehouse) -> dg.AssetCheckResult:
        arguments = {"limit": _SHOWN, "tolerable": TOLERABLE_REJECT_SHARE}
        with warehouse.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(load_sql(f"checks/{query}.sql"), arguments).fetchall()
        found = "\n".join(f"- {', '.join(f'{key} {value}' for key, value in row.items())}" for row in rows)
        return dg.AssetCheckResult(
            passed=not rows,
            severity=severity,
            description=f"the first {len(rows)} of what contradicts it" if rows else None,
            metadata={"contradictions": dg.MetadataValue.md(found)} if rows else {},
        )

    return check


@dg.asset_check(asset=["bootstrap", "schema"], description="The live catalogue is what `sql/` declares.")
def catalogue_is_as_declared(warehouse: Warehouse) -> dg.AssetCheckResult:
    found = differences(warehouse.owner_url())
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"differences": dg.MetadataValue.md("\n".join(f"- {line}" for line in found))} if found else {},
    )


@dg.asset_check(
    asset=["raw", "job_postings_raw"], description="Every crawl in the landing zone is loaded, none was unloadable."
)
def landed_crawls_are_loaded(warehouse: Warehouse, landing_zone: LandingZone) -> dg.AssetCheckResult:
    with warehouse.connect() as connection:
        pending = pending_crawls(connection, landing_zone.open())
    return dg.AssetCheckResult(passed=not pending, metadata={"not_loaded": pending[:_SHOWN]} if pending else {})


@dg.asset_check(
    asset=["raw", "job_postings_raw"],
    description="The payloads of every source have the fields and types that they had a week before.",
)
def payloads_have_the_structure_they_had(landing_zone: LandingZone) -> dg.AssetCheckResult:
    found = drift(landing_zone.open())
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"another structure in {', '.join(found)}" if found else None,
        metadata={
            source: dg.MetadataValue.md("\n".join(f"- {line}" for line in lines)) for source, lines in found.items()
        },
    )


CHECKS = [
    catalogue_is_as_declared,
    landed_crawls_are_loaded,
    payloads_have_the_structure_they_had,
    no_rows(
        ["raw", "job_postings_raw"],
        "no_payload_is_lost_from_landing_to_raw",
        "payloads_lost_before_raw",
        "Every payload of a loaded crawl is new, changed, unchanged, a duplicate or unreadable, and stored if new.",
        blocking=True,
    ),
    no_rows(
        ["raw", "job_postings_raw"],
        "sightings_name_what_exists",
        "sightings_of_nothing",
        "Every sighting is of a stored payload by a loaded crawl.",
    ),
    no_rows(
        ["raw", "job_postings_raw"],
        "no_board_is_suspiciously_empty",
        "suspiciously_empty",
        "No board that had postings answered with none when it was last crawled.",
        severity=dg.AssetCheckSeverity.WARN,
    ),
    no_rows(
        ["staging", "postings"],
        "no_payload_is_lost_from_raw_to_staging",
        "payloads_lost_before_staging",
        "Every stored payload's posting is in staging, or the payload is rejected with its reason.",
        blocking=True,
    ),
    no_rows(
        ["staging", "postings"],
        "few_payloads_are_rejected",
        "reject_share",
        f"Of no source more than {TOLERABLE_REJECT_SHARE:.0%} of the payloads last seen are rejected.",
    ),
    no_rows(
        ["staging", "job_postings_stg"],
        "hash_keys_are_generated",
        "hash_keys_differ",
        "Every job's key is what `generate_hash_key` makes of its company, title and location.",
        blocking=True,
    ),
]
