"""Payloads → canonical rows: what a query selects of `raw` is read, and copied to where `staging` is made from.

Belongs here: the way from the database and back, some chunks of payloads in memory at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import class_row

from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.deriving import (
    DERIVED_COLUMNS,
    POSTING_FIELDS,
    READING_COLUMNS,
    REJECT_COLUMNS,
    Readings,
    Unread,
)
from job_etl.warehouse.readers import Readers

__all__ = ["CHUNK", "POSTING_FIELDS", "copy_readings", "load_reading_sql", "read_payloads", "unread_cursor"]

CHUNK = 50
"""Payloads that are read together: few, so that the crawl of one board keeps every reader busy."""

_COPY_DERIVED = f"copy derived ({', '.join(DERIVED_COLUMNS)}) from stdin"
_COPY_UNREADABLE = f"copy unreadable ({', '.join(REJECT_COLUMNS)}) from stdin"


def read_payloads(
    connection: psycopg.Connection,
    query: str,
    arguments: Mapping[str, Any],
    sources: Mapping[str, Source],
    version: str,
    readers: Readers | None = None,
) -> tuple[int, int]:
    """Read the payloads a query selects into `derived` and `unreadable`; returns how many went into each.

    The query's columns are the fields of `Unread`, `version` is the normaliser's. Without `readers` all is read in this
    process.

    Raises:
        TransientError: a process of `readers` ended before it answered.
    """
    with unread_cursor(connection, name="unread") as unread, connection.cursor() as cursor:
        unread.execute(query, arguments)
        chunks = iter(lambda: unread.fetchmany(CHUNK), [])
        return copy_readings(cursor, (readers or Readers(1)).read(chunks, sources, version))


@contextmanager
def unread_cursor(connection: psycopg.Connection, *, name: str = "") -> Iterator[psycopg.Cursor[Unread]]:
    """A cursor, the server's where it has a name, for a query whose columns are the fields of `Unread`."""
    with connection.cursor(name, row_factory=class_row(Unread)) as cursor:
        cursor.adapters.register_loader("jsonb", _Undecoded)
        yield cursor


def copy_readings(cursor: psycopg.Cursor[Any], chunks: Iterable[Readings]) -> tuple[int, int]:
    """Copy what payloads read as into `derived` and `unreadable`; returns how many went into each."""
    read = rejected = 0
    for readings in chunks:
        for statement, rows in ((_COPY_DERIVED, readings.derived), (_COPY_UNREADABLE, readings.rejects)):
            if rows:
                with cursor.copy(statement) as copy:
                    copy.write(rows)
        read += readings.read
        rejected += readings.rejected
    return read, rejected


@cache
def load_reading_sql(name: str) -> str:
    """A statement that carries all that payloads read as.

    In it the word `reading_columns` stands for `READING_COLUMNS`, and `derived.reading_columns` for each of them of
    `derived`.
    """
    return re.sub(
        r"(?<!`)(\w+\.)?\breading_columns\b",  # a comment speaks of it in backticks
        lambda word: ", ".join(f"{word[1] or ''}{column}" for column in READING_COLUMNS),
        load_sql(name),
    )


class _Undecoded(Loader):
    """JSON as the server sends it: it is decoded where it is read, which may be in another process."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)
