"""Landing zone → `raw`: every landed crawl once, in one transaction each.

A crawl's payloads are told from those known by identity and fingerprint alone, and only what is new or has changed is
copied, straight to where it stays. While the server works on one crawl, the next are read: in a process of their own
where there are many, as a thread and this one would wait for each other.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from job_etl.errors import PermanentError
from job_etl.landing import CrawlFacts, Landing, crawl_key
from job_etl.model import Outcome
from job_etl.sources.base import Source
from job_etl.warehouse import copybinary
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.landed import LANDED_COLUMNS, PAYLOAD_COLUMNS, Part, Unreadable, payload_rows, read_crawl
from job_etl.warehouse.statistics import analyze_grown
from job_etl.warehouse.workers import Workers, cores

_ALONE = 2_000  # payloads that are read in less time than a process takes to start
_AHEAD = 1_000  # payloads read before they are asked for: crawls differ in size, and what waits is in memory
_COPY_LANDED = f"copy landed ({', '.join(LANDED_COLUMNS)}) from stdin (format binary)"
_COPY_PAYLOADS = f"copy raw.job_postings_raw ({', '.join(PAYLOAD_COLUMNS)}) from stdin (format binary)"


@dataclass(frozen=True, slots=True)
class LoadedCrawl:
    """One crawl that was loaded, and what its payloads were to the postings known before.

    payloads = new + changed + unchanged + duplicate + unreadable.
    """

    source: str
    board: str
    outcome: Outcome
    crawl_id: int
    payloads: int
    new: int
    changed: int
    unchanged: int
    duplicate: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class FailedLoad:
    """A file of the landing zone that could not be loaded, and why; it is tried again at the next load."""

    file: str
    reason: str


def count_loaded(connection: psycopg.Connection) -> int:
    """How many crawls are loaded; none before the bootstrap."""
    with connection.transaction():
        if not _is_set_up(connection):
            return 0
        row = connection.execute("select count(*) from raw.crawls").fetchone()
    return row[0] if row else 0


def pending_crawls(connection: psycopg.Connection, landing: Landing) -> list[str]:
    """The files of the landing zone that are not in `raw.crawls` yet."""
    files = {crawl_key(file): file for file in landing.crawls()}
    with connection.transaction(), connection.cursor() as cursor:
        if not _is_set_up(connection):
            return list(files.values())  # nothing is loaded
        cursor.execute("create temporary table landed_keys (crawl_key text) on commit drop")
        with cursor.copy("copy landed_keys from stdin") as copy:
            for key in files:
                copy.write_row((key,))
        cursor.execute(load_sql("raw/pending_keys.sql"))
        return [files[key] for (key,) in cursor]


def _is_set_up(connection: psycopg.Connection) -> bool:
    return connection.execute("select to_regclass('raw.crawls') is not null").fetchone() == (True,)


def load_crawls(
    connection: psycopg.Connection,
    landing: Landing,
    sources: Mapping[str, Source],
    *,
    on_progress: Callable[[LoadedCrawl | FailedLoad], None] = lambda _: None,
) -> tuple[list[LoadedCrawl], list[FailedLoad]]:
    """Load every pending crawl, the oldest first; a file that cannot be loaded does not stop the others.

    Raises:
        TransientError: the process that reads files ended early; what was loaded stays.
    """
    loaded: list[LoadedCrawl] = []
    failed: list[FailedLoad] = []

    def fail(file: str, error: PermanentError) -> None:
        failed.append(FailedLoad(file, str(error)))
        on_progress(failed[-1])

    pending: list[tuple[CrawlFacts, str]] = []
    for file in pending_crawls(connection, landing):
        try:
            facts = landing.facts(file)
            if facts.source not in sources:
                known = ", ".join(sorted(sources))
                raise PermanentError(f"{file}: there is no source {facts.source!r} (known: {known})")
            pending.append((facts, file))
        except PermanentError as error:
            fail(file, error)
    pending.sort(key=lambda item: (item[0].collected_at, item[0].key))
    for facts, file, read in _read_ahead(landing, sources, pending):
        try:
            try:
                crawl = _load(connection, facts, file, read())
            except psycopg.DataError:
                parts = read_crawl(landing, sources[facts.source], facts, file, rewrite=True)
                crawl = _load(connection, facts, file, parts)
            if crawl is not None:
                loaded.append(crawl)
                on_progress(crawl)
        except PermanentError as error:
            fail(file, error)
    if loaded:
        analyze_grown(connection)
    return loaded, failed


def _read_ahead(
    landing: Landing, sources: Mapping[str, Source], pending: list[tuple[CrawlFacts, str]]
) -> Iterator[tuple[CrawlFacts, str, Callable[[], Iterable[Part]]]]:
    """Each pending crawl with what gives its parts, as `read_crawl` does."""
    is_worth_a_process = sum(facts.payloads for facts, _ in pending) > _ALONE and cores() > 1
    with closing(Workers(1 if is_worth_a_process else 0)) as workers:
        read_here = 0
        reading: deque[tuple[CrawlFacts, str, Callable[[], Iterable[Part]]]] = deque()
        for facts, file in pending:
            read = partial(read_crawl, landing, sources[facts.source], facts, file)
            if not workers or read_here < _ALONE:  # meanwhile the process starts
                read_here += facts.payloads
                yield facts, file, read
            else:
                reading.append((facts, file, workers.submit(read).result))
                while len(reading) > 1 and sum(facts.payloads for facts, *_ in reading) > _AHEAD:
                    yield reading.popleft()
        yield from reading


def _load(connection: psycopg.Connection, facts: CrawlFacts, file: str, parts: Iterable[Part]) -> LoadedCrawl | None:
    """Load one crawl in one transaction; None where another process was quicker.

    Raises:
        PermanentError: the file holds fewer payloads than its facts say.
        psycopg.DataError: a payload is nothing that Postgres can hold.
    """
    crawl = asdict(facts) | {"crawl_key": facts.key, "params": Jsonb(facts.params)}
    with connection.transaction(), connection.cursor(binary=True) as cursor:
        # A crash of the server may lose the last crawls: they are pending again then, as nothing else knows them.
        cursor.execute("set local synchronous_commit to off")
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"load {facts.source}/{facts.board}"])
        cursor.execute("select from raw.crawls where crawl_key = %s", [facts.key])
        if cursor.fetchone() is not None:
            return None
        cursor.execute(load_sql("raw/create_landed.sql"))
        crawl["unreadable"] = len(unreadable := _copy_landed(cursor, parts))
        cursor.execute(load_sql("raw/record_crawl.sql"), crawl)
        ((*counts, numbers, raw_ids),) = cursor
        result = LoadedCrawl(facts.source, facts.board, facts.outcome, *counts)
        if result.payloads < facts.payloads:
            raise PermanentError(f"{file}: {result.payloads} payloads where its facts say {facts.payloads}")
        crawl["crawl_id"] = result.crawl_id
        if raw_ids:
            _copy_payloads(cursor, result.crawl_id, parts, dict(zip(numbers, raw_ids, strict=True)))
        cursor.executemany(load_sql("raw/insert_reject.sql"), [crawl | line._asdict() for line in unreadable])
        if facts.outcome is Outcome.NOT_MODIFIED:
            cursor.execute(load_sql("raw/repeat_sightings.sql"), crawl)
    return result


def _copy_landed(cursor: psycopg.Cursor[Any], parts: Iterable[Part]) -> list[Unreadable]:
    """Copy what tells the payloads apart into `landed`; returns the other lines."""
    unreadable: list[Unreadable] = []
    with cursor.copy(_COPY_LANDED) as copy:
        copy.write(copybinary.BEGIN)
        for part in parts:
            copy.write(part.landed)
            unreadable += part.unreadable
        copy.write(copybinary.END)
    return unreadable


def _copy_payloads(
    cursor: psycopg.Cursor[Any], crawl_id: int, parts: Iterable[Part], raw_ids: dict[int, uuid.UUID]
) -> None:
    """Copy the payloads of the lines that have a `raw_id`."""
    with cursor.copy(_COPY_PAYLOADS) as copy:
        copy.write(copybinary.BEGIN)
        for part in parts:
            copy.write(payload_rows(part, crawl_id, raw_ids))
        copy.write(copybinary.END)
