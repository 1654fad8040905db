"""What a run brought, for the person who started it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from job_etl.warehouse.connect import load_sql


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A source's part in a run: payloads by what they were, and its postings that are open and closed now."""

    source: str
    crawls: int
    landed: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    open: int
    closed: int


def summarise(connection: psycopg.Connection, since: datetime) -> list[SourceSummary]:
    """One row a source that was ever loaded, with what was loaded since a time."""
    with connection.cursor(row_factory=class_row(SourceSummary)) as cursor:
        return cursor.execute(load_sql("run_summary.sql"), {"since": since}).fetchall()
