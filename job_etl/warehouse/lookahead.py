"""Payloads of the crawls to come, read while the server works on those at hand.

Belongs here: what is read before its batch is there, and what of it a batch takes. It is a guess: the batch says what
it has to read, and what was read for something else costs time and nothing more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import psycopg

from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.deriving import Readings
from job_etl.warehouse.readers import Readers
from job_etl.warehouse.reading import CHUNK, unread_cursor

_EACH = 1_000
"""Payloads for each process: what it reads in half a second, which is about what a batch's statements take."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some payloads of one crawl."""

    crawl_id: int
    raw_ids: list[uuid.UUID]
    reading: Future[Readings]


class Lookahead:
    """Reads in the processes of `readers`, once these have started; `sources` and `version` are those of `derive`."""

    def __init__(self, readers: Readers, sources: Mapping[str, Source], version: str) -> None:
        self._readers = readers
        self._sources = sources
        self._version = version
        self._held: list[_Chunk] = []

    def fill(self, cursor: psycopg.Cursor[Any]) -> None:
        """Begin to read what comes after the batch, as much as the processes have room for."""
        room = _EACH * self._readers.started - sum(len(chunk.raw_ids) for chunk in self._held)
        if room <= 0:
            return
        held = list({chunk.crawl_id for chunk in self._held})
        asked = {"sources": list(self._sources), "held": held, "payloads": room}
        raw_ids = [raw_id for (raw_id,) in cursor.execute(load_sql("staging/select_next_ids.sql"), asked)]
        if not raw_ids:
            return
        chosen = {"raw_ids": raw_ids, "normalizer_version": self._version}
        with unread_cursor(cursor.connection) as payloads:
            payloads.execute(load_sql("shards/select_unread.sql"), chosen)
            by_crawl = sorted(payloads, key=attrgetter("crawl_id"))
        for crawl_id, of_crawl in groupby(by_crawl, attrgetter("crawl_id")):
            while chunk := list(islice(of_crawl, CHUNK)):
                reading = self._readers.submit(chunk, self._sources, self._version)
                self._held.append(_Chunk(crawl_id, [row.raw_id for row in chunk], reading))

    def take(self, cursor: psycopg.Cursor[Any]) -> Iterator[Readings]:
        """What was read of the batch, a chunk at a time; its payloads are taken out of `unread`.

        Raises:
            TransientError: a process ended before it answered.
        """
        if not self._held:
            return
        in_batch = {crawl_id for (crawl_id,) in cursor.execute("select crawl_id from batch")}
        offered = [chunk for chunk in self._held if chunk.crawl_id in in_batch]
        self._held = [chunk for chunk in self._held if chunk.crawl_id not in in_batch]
        rows = [(number, raw_id, chunk.crawl_id) for number, chunk in enumerate(offered) for raw_id in chunk.raw_ids]
        names = ("chunks", "raw_ids", "crawl_ids")
        columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
        wanted = cursor.execute(load_sql("staging/take_read.sql"), columns).fetchall()
        for (number,) in wanted:
            yield offered[number].reading.result()
