"""What the tests of the marts share: jobs as staging leaves them, rankings, and the real dbt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult
from psycopg import sql
from psycopg.types.json import Jsonb

from job_etl import paths
from job_etl.config.ranking import Ranking
from job_etl.warehouse.connect import dbt_environment

PROJECT = paths.project_file("dbt_project")

WEIGHTS = {
    "title_keywords": 0.25,
    "skills_overlap": 0.30,
    "location_proximity": 0.10,
    "salary_band": 0.15,
    "employment_type": 0.05,
    "seniority_match": 0.07,
    "remote_type": 0.04,
    "company_size": 0.04,
}

TORONTO = {"city": "Toronto", "region": "Ontario", "country": "CA", "latitude": 43.70, "longitude": -79.40}
HAMILTON = {"city": "Hamilton", "region": "Ontario", "country": "CA", "latitude": 43.25, "longitude": -79.87}
OTTAWA = {"city": "Ottawa", "region": "Ontario", "country": "CA", "latitude": 45.42, "longitude": -75.70}
VANCOUVER = {
    "city": "Vancouver",
    "region": "British Columbia",
    "country": "CA",
    "latitude": 49.28,
    "longitude": -123.12,
}
BUFFALO = {"city": "Buffalo", "region": "New York", "country": "US", "latitude": 42.89, "longitude": -78.88}

PROFILE = {
    "title_keywords": ["data", "engineer"],
    "must_have_skills": ["Python", "SQL"],
    "nice_to_have_skills": ["dbt"],
    "location_home": TORONTO,
    "location_radius_km": 50,
    "salary_target": {"min": 100_000, "max": 150_000, "currency": "CAD"},
    "preferred_remote": ["remote"],
    "preferred_contracts": ["full_time"],
    "seniority": ["senior"],
    "preferred_company_sizes": ["51-200"],
}


def ranking(*, weights: dict[str, float] | None = None, **profile: Any) -> Ranking:
    """A ranking with some wishes in place of the usual ones."""
    return Ranking.model_validate({"weights": weights or WEIGHTS, "profile": {**PROFILE, **profile}})


def put_job(connection: psycopg.Connection, hash_key: str, **values: Any) -> None:
    """Write a job as staging does, queued to be built: new, or instead of the one with this key."""
    seen = datetime(2026, 3, 1, tzinfo=UTC)
    row = {
        "provider_job_id": hash_key,
        "source": "greenhouse",
        "sources": ["greenhouse"],
        "postings": 1,
        "first_seen_at": seen,
        "last_seen_at": seen,
        "job_title": "Role",
        **values,
        "places": Jsonb(values.get("places", [])),
        "hash_key": hash_key,
    }
    if row["job_title"] is None:
        row.setdefault("company", "Northwind")  # a job with neither title nor employer is not listed
    if row.get("company"):
        row.setdefault("company_key", row["company"].lower())
    with connection.transaction():
        connection.execute("delete from staging.job_postings_stg where hash_key = %s", [hash_key])
        connection.execute(
            sql.SQL("insert into staging.job_postings_stg ({}) values ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
            ),
            row,
        )
        _queue(connection, hash_key)


def remove_job(connection: psycopg.Connection, hash_key: str) -> None:
    """Take a job out as staging does when its last posting reads as another job."""
    with connection.transaction():
        connection.execute("delete from staging.job_postings_stg where hash_key = %s", [hash_key])
        _queue(connection, hash_key)


def _queue(connection: psycopg.Connection, hash_key: str) -> None:
    connection.execute(
        """
        insert into staging.changed_jobs (hash_key) values (%s)
        on conflict (hash_key) do update set hash_key = excluded.hash_key
        """,
        [hash_key],
    )


def dbt(url: str, *arguments: str, home: Path) -> dbtRunnerResult:
    """Run dbt on a database, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(url, home).items():
            patch.setenv(name, value)
        return dbtRunner().invoke([*arguments, *OPTIONS])


def build(url: str, *arguments: str, home: Path) -> dict[str, int]:
    """Build the marts, which must go well, and return how many rows dbt wrote to each."""
    result = dbt(url, "build", "--exclude-resource-type", "unit_test", *arguments, home=home)
    assert result.success, complaints(result)
    return {
        done.node.name: done.adapter_response["rows_affected"]
        for done in result.result
        if done.node.resource_type == "model"
    }


def complaints(result: dbtRunnerResult) -> str:
    """What dbt says of what went wrong."""
    failed = [done for done in result.result or [] if done.status in ("error", "fail")]
    return "\n".join([str(result.exception or ""), *(f"{done.node.name}: {done.message}" for done in failed)]).strip()


def environment(url: str, home: Path) -> dict[str, str]:
    """The variables that dbt is called with."""
    return {
        **dbt_environment(url),
        "DBT_TARGET_PATH": str(home / "dbt"),
        "DBT_LOG_PATH": str(home / "dbt"),
        "DO_NOT_TRACK": "1",
    }


OPTIONS = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet"]


def rows(connection: psycopg.Connection, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    return connection.execute(query, parameters or None).fetchall()  # type: ignore[arg-type]
