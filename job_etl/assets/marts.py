"""The marts that dbt builds."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from job_etl.dbt import Translator, dbt_project, point_dbt_at
from job_etl.resources import Warehouse

_PROJECT = dbt_project()

# Unit tests are about the models' code: the test suite runs them, not every build.
_BUILD = ["build", "--exclude-resource-type", "unit_test"]


@dbt_assets(manifest=_PROJECT.manifest_path, project=_PROJECT, dagster_dbt_translator=Translator(), name="marts")
def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: Warehouse) -> Iterator[Any]:
    point_dbt_at(warehouse.url())
    yield from dbt.cli(_BUILD, context=context).stream().fetch_row_counts().fetch_column_metadata()
