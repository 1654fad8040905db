"""The marts that dbt builds."""

from collections.abc import Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import psycopg
from dagster_dbt import DbtCliResource, dbt_assets
from psycopg import sql
from pydantic import Field

from job_etl import progress
from job_etl.dbt import Translator, dbt_project, point_dbt_at, project_version, target_folder
from job_etl.resources import Warehouse
from job_etl.warehouse.marts import begin_build, end_build, last_build

_PROJECT = dbt_project()

# Unit tests are about the models' code: the test suite runs them, not every build.
_BUILD = ["build", "--exclude-resource-type", "unit_test"]


class Build(dg.Config):
    """How the marts are built."""

    always: bool = Field(default=False, description="Have dbt build and test also where nothing has changed.")


@dbt_assets(manifest=_PROJECT.manifest_path, project=_PROJECT, dagster_dbt_translator=Translator(), name="marts")
def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: Warehouse, config: Build) -> Iterator[Any]:
    project = project_version()
    with warehouse.connect() as connection:
        if not config.always and (last := last_build(connection, project)):
            yield from _unchanged(context, connection, last)
            return
        begin_build(connection, context.run.run_id)
    point_dbt_at(warehouse.url())
    with target_folder(context.run.run_id) as target:
        events = dbt.cli(_BUILD, context=context, target_path=target).stream()
        # Not the lineage of columns: sqlglot, which tells it, cannot resolve the scoring's lateral joins.
        described = events.fetch_row_counts().fetch_column_metadata(with_column_lineage=False)
        for done, event in enumerate(described, start=1):
            progress.report("marts", done, note="of the tables and tests done")
            yield event
    if not context.is_subset:
        with warehouse.connect() as connection:
            end_build(connection, context.run.run_id, project)


def _unchanged(
    context: dg.AssetExecutionContext, connection: psycopg.Connection, last: datetime
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What the last build said, said again, with the time of that build."""
    note = f"nothing has changed since {last:%Y-%m-%d %H:%M} UTC"
    progress.report("marts", 0, note=note)
    context.log.info(f"not built: {note}")
    for key in TopologicalSorter(context.assets_def.asset_deps).static_order():
        if key not in context.selected_asset_keys:
            continue
        event = context.instance.get_latest_materialization_event(key)
        built = event.asset_materialization.metadata if event and event.asset_materialization else {}
        table = sql.Identifier(*key.path)
        rows = connection.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **{name: value for name, value in built.items() if name.startswith("dagster/")},
                "dagster/row_count": rows[0] if rows else 0,
                "not_built": note,
            },
        )
    for check in context.selected_asset_check_keys:
        yield dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=True,
            description=f"Passed when the rows were written: {note}.",
            metadata={"evaluated_at": last.isoformat()},
        )
