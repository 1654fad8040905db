"""Whether the marts have to be built: what the last build left, and whether anything has changed since.

A build is noted as sound when all of it was built and every test of it passed. dbt's tests look at rows that a build
writes, so that without one they would say again what they said.
"""

from __future__ import annotations

from datetime import datetime

import psycopg

from job_etl.warehouse.connect import load_sql


def last_build(connection: psycopg.Connection, project: str) -> datetime | None:
    """When a sound build with this version of the dbt project ended, if no job has changed since; else None."""
    row = connection.execute(load_sql("marts/last_build.sql"), {"project": project}).fetchone()
    return row[0] if row else None


def built_at(connection: psycopg.Connection) -> datetime | None:
    """When the last build ended, if it was sound; the marts are as they were then while this is the same."""
    row = connection.execute(load_sql("marts/built_at.sql")).fetchone()
    return row[0] if row else None


def begin_build(connection: psycopg.Connection, run: str) -> None:
    """Note that a run builds now: the marts are not known to be sound until one says so."""
    connection.execute(load_sql("marts/begin_build.sql"), {"run": run})


def end_build(connection: psycopg.Connection, run: str, project: str) -> None:
    """Note that a run's build is sound, unless another one has begun meanwhile."""
    connection.execute(load_sql("marts/end_build.sql"), {"run": run, "project": project})
