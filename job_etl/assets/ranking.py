"""The weights and the profile that jobs are scored with."""

import dagster as dg

from job_etl.config.ranking import load_ranking
from job_etl.ranking import apply_ranking
from job_etl.resources import Warehouse


@dg.asset(
    key=["ops", "ranking"],
    deps=[["bootstrap", "schema"]],
    kinds={"postgres", "yaml"},
    description="The weights and profile of `config/ranking.yml`; a change of them scores every job again.",
    metadata={"dagster/table_name": "ops.ranking"},
)
def ranking(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    with warehouse.connect() as connection:
        queued = apply_ranking(connection, load_ranking())
    return dg.MaterializeResult(metadata={"dagster/row_count": 1, "jobs_to_score_again": queued})
