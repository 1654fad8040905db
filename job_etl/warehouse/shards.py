"""The work of loading and reading, split among any number of workers.

Belongs here: what a shard is, what a worker does with it, and how the staging takes what workers did. All of it is
work done ahead: the staging reads what no worker has read, so nothing depends on a worker, which can be killed, run
twice or not at all.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import psycopg

from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.normalize.version import normalizer_version
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.raw import FailedLoad, LoadedCrawl, load_crawls
from job_etl.warehouse.reading import load_reading_sql, read_payloads

_PAYLOADS = 1_000
"""Payloads in one transaction: a second or so of work, which is what a killed worker loses."""

_MOST_SHARDS = 1_000


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the work: `number` of `of`, counted from 0. Every worker cuts it the same way."""

    number: int
    of: int


def configured_shards() -> int:
    """How many shards loading and reading are split into: `JOB_ETL_SHARDS`; 1, the default, splits nothing.

    Raises:
        ConfigError: it is no number from 1 to 1000.
    """
    text = os.environ.get("JOB_ETL_SHARDS") or "1"
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_SHARDS:
        raise ConfigError(f"JOB_ETL_SHARDS is {text!r}, expected a number from 1 to {_MOST_SHARDS}")
    return int(text)


def load_shard(
    connection: psycopg.Connection, landing: Landing, sources: Mapping[str, Source], shard: Shard
) -> tuple[list[LoadedCrawl], list[FailedLoad]]:
    """Load the pending crawls of a shard's boards, the oldest first.

    Boards that show each other's postings are in one shard, as the order of their crawls decides what is new.
    """
    return load_crawls(connection, _Part(landing, sources, shard), sources)


def read_ahead(
    connection: psycopg.Connection,
    sources: Mapping[str, Source],
    shard: Shard,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Read a shard's payloads that the staging will have to read; returns how many were read.

    A shard is cut by the posting's identity. Payloads that cannot be read are left to the staging, which says why.
    """
    read = 0
    version = normalizer_version()
    wanted = {"sources": list(sources), "shards": shard.of, "shard": shard.number}
    with connection.cursor(name="unread_ids", withhold=True) as ids:
        ids.execute(load_sql("shards/select_unread_ids.sql"), wanted)
        while rows := ids.fetchmany(_PAYLOADS):
            chosen = {"raw_ids": [raw_id for (raw_id,) in rows], "normalizer_version": version}
            with connection.transaction():
                connection.execute(load_sql("staging/create_batch.sql"))
                read += read_payloads(connection, load_sql("shards/select_unread.sql"), chosen, sources, version)[0]
                connection.execute(load_reading_sql("shards/keep_readings.sql"))
            on_progress(read)
    return read


def take_readings(cursor: psycopg.Cursor[Any]) -> int:
    """Put what was read ahead for the batch of crawls where the rest of it is read to; returns how many that was."""
    if cursor.execute("select exists (select from staging.readings)").fetchone() != (True,):
        return 0
    taken = cursor.execute(
        load_reading_sql("shards/take_readings.sql"), {"normalizer_version": normalizer_version()}
    ).rowcount
    cursor.execute(load_sql("shards/delete_used.sql"))
    return taken


def forget_late_readings(connection: psycopg.Connection) -> None:
    """Delete the readings that came too late to be taken, or are of rules that have changed."""
    connection.execute(load_sql("shards/delete_late.sql"), {"normalizer_version": normalizer_version()})


class _Part(Landing):
    """The landing zone as one shard sees it: the crawls of its boards."""

    def __init__(self, landing: Landing, sources: Mapping[str, Source], shard: Shard) -> None:
        super().__init__(landing.url)
        self._sources = sources
        self._shard = shard

    def crawls(self) -> Iterator[str]:
        return (file for file in super().crawls() if self._holds(file))

    def _holds(self, file: str) -> bool:
        source, _, rest = file.partition("/")
        known = self._sources.get(unquote(source))
        together = source if known is None or known.boards_overlap else f"{source}/{rest.partition('/')[0]}"
        return zlib.crc32(together.encode()) % self._shard.of == self._shard.number
