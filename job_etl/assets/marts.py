"""The marts that dbt builds, scored with the ranking that is configured now."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from job_etl.config.ranking import load_ranking
from job_etl.dbt import Translator, dbt_project, point_dbt_at
from job_etl.ranking import apply_ranking
from job_etl.resources import Warehouse

_PROJECT = dbt_project()


@dbt_assets(manifest=_PROJECT.manifest_path, project=_PROJECT, dagster_dbt_translator=Translator(), name="marts")
def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: Warehouse) -> Iterator[Any]:
    with warehouse.connect() as connection:
        apply_ranking(connection, load_ranking())
    point_dbt_at(warehouse.url())
    yield from dbt.cli(["build"], context=context).stream().fetch_row_counts().fetch_column_metadata()
