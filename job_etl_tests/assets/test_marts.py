"""The marts as an asset: dbt is called where something has changed, and what it said stands where nothing has."""

from __future__ import annotations

import importlib

import dagster as dg
import psycopg
import pytest

from job_etl.assets import marts
from job_etl.dbt import dbt_cli
from job_etl.ranking import apply_ranking
from job_etl.resources import Warehouse
from job_etl_tests.marts import put_job, ranking, rows

FACTS = dg.AssetKey(["marts", "fact_jobs"])
TABLES = {"dim_companies", "enumerations", "fact_jobs"}


@pytest.fixture
def asset(user_database_url: str, monkeypatch: pytest.MonkeyPatch) -> dg.AssetsDefinition:
    """The asset, loaded where the database is the test's own."""
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", user_database_url)
    return importlib.reload(marts).marts


def test_dbt_builds_where_something_has_changed_and_what_it_said_stands_where_nothing_has(
    asset: dg.AssetsDefinition, connection: psycopg.Connection
) -> None:
    apply_ranking(connection, ranking())
    put_job(connection, "a1", job_title="Data Engineer", company="Acme")
    with dg.DagsterInstance.ephemeral() as instance:

        def build(**config: object) -> dg.ExecuteInProcessResult:
            run_config = {"ops": {"marts": {"config": config}}}
            resources = {"dbt": dbt_cli(), "warehouse": Warehouse()}
            return dg.materialize(
                [asset], instance=instance, resources=resources, run_config=run_config, raise_on_error=False
            )

        built = build()
        assert _not_built(built) == set()
        assert _metadata(built)["dagster/row_count"] == dg.IntMetadataValue(1)
        columns = _metadata(built)["dagster/column_schema"]
        written = rows(connection, "select ctid, xmin, ingested_at from marts.fact_jobs")

        unchanged = build()
        assert _not_built(unchanged) == TABLES
        assert _metadata(unchanged)["dagster/row_count"] == dg.IntMetadataValue(1)
        assert _metadata(unchanged)["dagster/column_schema"] == columns
        assert _checks(unchanged) == _checks(built)
        assert all(passed for _, passed in _checks(built))
        assert rows(connection, "select ctid, xmin, ingested_at from marts.fact_jobs") == written

        put_job(connection, "a2", job_title="Analyst", company="Acme")
        built = build()
        assert _not_built(built) == set()
        assert _metadata(built)["dagster/row_count"] == dg.IntMetadataValue(2)

        connection.execute("update marts.fact_jobs set seniority_level = 'wizard'")
        assert _not_built(build()) == TABLES
        for told in ({"always": True}, {}):  # a build with a red check is no reason to rest
            assert ("seniority_levels_are_known", False) in _checks(build(**told))


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, dg.MetadataValue]:
    [event] = [event for event in result.get_asset_materialization_events() if event.asset_key == FACTS]
    return dict(event.materialization.metadata)


def _not_built(result: dg.ExecuteInProcessResult) -> set[str]:
    events = result.get_asset_materialization_events()
    return {
        event.asset_key.path[-1]
        for event in events
        if event.asset_key and "not_built" in event.materialization.metadata
    }


def _checks(result: dg.ExecuteInProcessResult) -> set[tuple[str, bool]]:
    return {(check.check_name, check.passed) for check in result.get_asset_check_evaluations()}
