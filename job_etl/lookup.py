"""What a person looks up in the warehouse: one posting's history, what was refused, and how much there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from job_etl.warehouse.connect import load_sql


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a posting; `field` and the values are those of a change."""

    changed_at: datetime
    kind: str
    field: str | None
    old_value: Any
    new_value: Any


@dataclass(frozen=True, slots=True)
class Reject:
    """A payload that could not be read: where it came from, why, and the payload or line itself as `content`."""

    source: str
    board: str
    source_job_id: str | None
    collected_at: datetime
    line: int
    reason: str
    content: Any


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. `jobs_to_rank` changed since the marts were built last."""

    crawls_loaded: int
    last_loaded: datetime | None
    postings_open: int
    postings_closed: int
    rejected: int
    jobs_open: int
    jobs_to_rank: int


def history(connection: psycopg.Connection, source: str, source_job_id: str) -> list[Event]:
    """Every event of a posting, in the order in which they happened; none where there is no such posting."""
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        arguments = {"source": source, "source_job_id": source_job_id}
        return cursor.execute(load_sql("lookup/history.sql"), arguments).fetchall()


def rejects(connection: psycopg.Connection, sources: Sequence[str] = (), limit: int = 50) -> list[Reject]:
    """What was refused, the newest first; of every source where none is named."""
    with connection.cursor(row_factory=class_row(Reject)) as cursor:
        arguments = {"sources": list(sources), "limit": limit}
        return cursor.execute(load_sql("lookup/rejects.sql"), arguments).fetchall()


def counts(connection: psycopg.Connection) -> Counts:
    """How much there is of everything."""
    with connection.cursor(row_factory=class_row(Counts)) as cursor:
        return cursor.execute(load_sql("lookup/counts.sql")).fetchall()[0]
