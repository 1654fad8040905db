"""The schema, applied."""

import dagster as dg

from job_etl.resources import Warehouse
from job_etl.warehouse.bootstrap import bootstrap


@dg.asset(
    key=["bootstrap", "schema"],
    kinds={"postgres", "sql"},
    description="Every schema, table, key, check, index, function, view, role and grant that `sql/` declares.",
)
def schema(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    applied = bootstrap(warehouse.owner_url())
    return dg.MaterializeResult(
        metadata={
            "applied": applied.revisions,
            "version": applied.version,
            "milliseconds": round(applied.milliseconds, 1),
        }
    )
