"""Landing zone → `raw`: every landed crawl once, in one transaction each.

A crawl's payloads are told from those known by identity and fingerprint alone, and only what is new or has changed is
copied, straight to where it stays. While the server works on one crawl, a thread reads the next.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from job_etl import jsontext
from job_etl.errors import JobEtlError, PermanentError, UnreadablePayload
from job_etl.landing import CrawlFacts, Landing, crawl_key
from job_etl.model import Board, Outcome
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql

_CONTENT_KEPT = 10_000  # characters of a line that is not JSON: enough to see what it was
_CRAWL_KEPT = 16 << 20  # bytes of a crawl's payloads: most have far fewer, and the rest are read twice
_COLUMNS = {
    "raw_id": "uuid",
    "source": "text",
    "payload": "jsonb",
    "collected_at": "timestamptz",
    "board": "text",
    "source_job_id": "text",
    "payload_hash": "uuid",
    "crawl_id": "int8",
    "line": "int4",
}
_COPY_PAYLOADS = f"copy raw.job_postings_raw ({', '.join(_COLUMNS)}) from stdin (format binary)"


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


def pending_crawls(connection: psycopg.Connection, landing: Landing) -> list[str]:
    """The files of the landing zone that are not in `raw.crawls` yet."""
    files = {crawl_key(file): file for file in landing.crawls()}
    with connection.transaction(), connection.cursor() as cursor:
        if cursor.execute("select to_regclass('raw.crawls') is null").fetchone() == (True,):
            return list(files.values())  # before the bootstrap nothing is loaded
        cursor.execute("create temporary table landed_keys (crawl_key text) on commit drop")
        with cursor.copy("copy landed_keys from stdin") as copy:
            for key in files:
                copy.write_row((key,))
        cursor.execute(load_sql("raw/pending_keys.sql"))
        return [files[key] for (key,) in cursor]


class _Payload(NamedTuple):
    """A payload of a crawl: its line, its identity if it has one, its fingerprint and its text as `jsonb` takes it."""

    line: int
    source_job_id: str | None
    payload_hash: uuid.UUID
    text: bytes


class _Unreadable(NamedTuple):
    """A line that is not JSON."""

    line: int
    reason: str
    content: str


_Lines = Iterable[_Payload | _Unreadable]


def load_crawls(
    connection: psycopg.Connection,
    landing: Landing,
    sources: Mapping[str, Source],
    *,
    on_progress: Callable[[LoadedCrawl | FailedLoad], None] = lambda _: None,
) -> tuple[list[LoadedCrawl], list[FailedLoad]]:
    """Load every pending crawl, the oldest first; a file that cannot be loaded does not stop the others."""
    loaded: list[LoadedCrawl] = []
    failed: list[FailedLoad] = []

    def fail(file: str, error: JobEtlError) -> None:
        failed.append(FailedLoad(file, str(error)))
        on_progress(failed[-1])

    pending: list[tuple[CrawlFacts, str]] = []
    for file in pending_crawls(connection, landing):
        try:
            pending.append((landing.facts(file), file))
        except JobEtlError as error:
            fail(file, error)
    pending.sort(key=lambda item: (item[0].collected_at, item[0].key))
    for (facts, file), lines in _ahead(partial(_lines_of, landing, sources), pending):
        try:
            try:
                crawl = _load(connection, facts, file, lines.result())
            except psycopg.DataError:
                crawl = _load(connection, facts, file, _lines_of(landing, sources, facts, file, rewrite=True))
            if crawl is not None:
                loaded.append(crawl)
                on_progress(crawl)
        except JobEtlError as error:
            fail(file, error)
    return loaded, failed


def payload_hash(source: Source, payload: Any) -> uuid.UUID:
    """The fingerprint of a payload: md5 of its JSON with sorted keys, without what changes by itself."""
    comparable = source.comparable(payload) if isinstance(payload, dict) else payload
    return uuid.UUID(bytes=hashlib.md5(jsontext.encode_sorted(comparable), usedforsecurity=False).digest())


def _ahead(
    read: Callable[[CrawlFacts, str], _Lines], pending: list[tuple[CrawlFacts, str]]
) -> Iterator[tuple[tuple[CrawlFacts, str], Future[_Lines]]]:
    """Each pending crawl with what reading it gives; the next is read meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        reading: deque[tuple[tuple[CrawlFacts, str], Future[_Lines]]] = deque()
        for crawl in pending:
            reading.append((crawl, thread.submit(read, *crawl)))
            if len(reading) > 1:
                yield reading.popleft()
        yield from reading


def _load(connection: psycopg.Connection, facts: CrawlFacts, file: str, lines: _Lines) -> LoadedCrawl | None:
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
        crawl["unreadable"] = len(unreadable := _copy_landed(cursor, lines))
        cursor.execute(load_sql("raw/record_crawl.sql"), crawl)
        ((*counts, numbers, raw_ids),) = cursor
        result = LoadedCrawl(facts.source, facts.board, facts.outcome, *counts)
        if result.payloads < facts.payloads:
            raise PermanentError(f"{file}: {result.payloads} payloads where its facts say {facts.payloads}")
        crawl["crawl_id"] = result.crawl_id
        _copy_payloads(cursor, facts, result.crawl_id, lines, dict(zip(numbers, raw_ids, strict=True)))
        cursor.executemany(load_sql("raw/insert_reject.sql"), [crawl | line._asdict() for line in unreadable])
        if facts.outcome is Outcome.NOT_MODIFIED:
            cursor.execute(load_sql("raw/repeat_sightings.sql"), crawl)
    return result


def _copy_landed(cursor: psycopg.Cursor[Any], lines: _Lines) -> list[_Unreadable]:
    """Copy what tells the payloads apart into `landed`; returns the other lines."""
    unreadable: list[_Unreadable] = []
    with cursor.copy("copy landed from stdin (format binary)") as copy:
        copy.set_types(["int4", "text", "uuid"])
        for line in lines:
            if isinstance(line, _Unreadable):
                unreadable.append(line)
            else:
                copy.write_row(line[:3])
    return unreadable


def _copy_payloads(
    cursor: psycopg.Cursor[Any], facts: CrawlFacts, crawl_id: int, lines: _Lines, raw_ids: Mapping[int, uuid.UUID]
) -> None:
    """Copy the payloads of the lines that have a `raw_id`."""
    if not raw_ids:
        return
    with cursor.copy(_COPY_PAYLOADS) as copy:
        copy.set_types(list(_COLUMNS.values()))
        for line in lines:
            if isinstance(line, _Payload) and (raw_id := raw_ids.get(line.line)):
                number, source_job_id, fingerprint, text = line
                payload = Jsonb(text, dumps=bytes)
                copy.write_row(
                    (
                        raw_id,
                        facts.source,
                        payload,
                        facts.collected_at,
                        facts.board,
                        source_job_id,
                        fingerprint,
                        crawl_id,
                        number,
                    )
                )


def _lines_of(
    landing: Landing, sources: Mapping[str, Source], facts: CrawlFacts, file: str, *, rewrite: bool = False
) -> _Lines:
    """The lines of a crawl, to be gone through twice: kept where they are few, else read again from the file.

    Raises:
        PermanentError: the file names an unknown source or is damaged.
    """
    source = sources.get(facts.source)
    if source is None:
        raise PermanentError(f"{file}: there is no source {facts.source!r} (known: {', '.join(sorted(sources))})")
    board = Board(facts.source, facts.board, facts.company, facts.params)
    again = _Again(partial(_read, landing, file, source, board, rewrite))
    kept, size = [], 0
    for line in again:
        kept.append(line)
        size += len(line[-1])
        if size > _CRAWL_KEPT:
            return again
    return kept


@dataclass(frozen=True, slots=True)
class _Again:
    """What a function iterates over, each time anew."""

    read: Callable[[], Iterator[_Payload | _Unreadable]]

    def __iter__(self) -> Iterator[_Payload | _Unreadable]:
        return self.read()


def _read(landing: Landing, file: str, source: Source, board: Board, rewrite: bool) -> Iterator[_Payload | _Unreadable]:
    for number, line in enumerate(landing.payload_lines(file), start=1):
        try:
            payload, text = jsontext.decode_for_jsonb(line, rewrite=rewrite)
        except ValueError as error:
            content = jsontext.storable(line[:_CONTENT_KEPT].decode("utf-8", errors="replace"))
            yield _Unreadable(number, f"the line is not JSON ({error})", content)
            continue
        try:
            identity: str | None = jsontext.storable(source.identify(payload, board))
        except UnreadablePayload:
            identity = None  # kept all the same; reading it will say what is wrong
        yield _Payload(number, identity, payload_hash(source, payload), text)
