"""Landing zone → `raw`: every landed crawl once, in one transaction each."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from job_etl import jsontext
from job_etl.errors import JobEtlError, PermanentError, UnreadablePayload
from job_etl.landing import CrawlFacts, Landing, crawl_key
from job_etl.model import Board, Outcome
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql

_CONTENT_KEPT = 10_000  # characters of a line that is not JSON: enough to see what it was


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
    for facts, file in sorted(pending, key=lambda item: (item[0].collected_at, item[0].key)):
        try:
            if (crawl := load_crawl(connection, landing, sources, facts, file)) is not None:
                loaded.append(crawl)
                on_progress(crawl)
        except JobEtlError as error:
            fail(file, error)
    return loaded, failed


def load_crawl(
    connection: psycopg.Connection, landing: Landing, sources: Mapping[str, Source], facts: CrawlFacts, file: str
) -> LoadedCrawl | None:
    """Load one crawl in one transaction; None where another process was quicker.

    Raises:
        PermanentError: the file names an unknown source, is damaged, or holds fewer payloads than its facts say.
    """
    source = sources.get(facts.source)
    if source is None:
        raise PermanentError(f"{file}: there is no source {facts.source!r} (known: {', '.join(sorted(sources))})")
    board = Board(facts.source, facts.board, facts.company, facts.params)
    crawl = asdict(facts) | {"crawl_key": facts.key, "params": Jsonb(facts.params)}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"load {board}"])
        cursor.execute("select from raw.crawls where crawl_key = %s", [facts.key])
        if cursor.fetchone() is not None:
            return None
        cursor.execute(load_sql("raw/create_landed.sql"))
        unreadable = _copy_payloads(cursor, source, board, landing.payload_lines(file))
        with cursor.copy("copy unreadable_lines from stdin") as copy:
            for rejected in unreadable:
                copy.write_row(rejected)
        cursor.execute(load_sql("raw/classify.sql"), crawl)
        cursor.execute(load_sql("raw/insert_crawl.sql"), crawl)
        (counts,) = cursor
        result = LoadedCrawl(facts.source, facts.board, facts.outcome, *counts)
        if result.payloads < facts.payloads:
            raise PermanentError(f"{file}: {result.payloads} payloads where its facts say {facts.payloads}")
        crawl["crawl_id"] = result.crawl_id
        cursor.execute(load_sql("raw/insert_payloads.sql"), crawl)
        cursor.execute(load_sql("raw/insert_rejects.sql"), crawl)
        repeats = facts.outcome is Outcome.NOT_MODIFIED
        cursor.execute(load_sql("raw/repeat_sightings.sql" if repeats else "raw/insert_sightings.sql"), crawl)
    return result


def payload_hash(source: Source, payload: Any) -> uuid.UUID:
    """The fingerprint of a payload: md5 of its JSON with sorted keys, without what changes by itself."""
    comparable = source.comparable(payload) if isinstance(payload, dict) else payload
    return uuid.UUID(bytes=hashlib.md5(jsontext.encode_sorted(comparable), usedforsecurity=False).digest())


def _copy_payloads(
    cursor: psycopg.Cursor[Any], source: Source, board: Board, lines: Iterator[bytes]
) -> list[tuple[int, str, str]]:
    """Copy the payloads into `landed`; returns the lines that are not JSON: (line, reason, content)."""
    unreadable: list[tuple[int, str, str]] = []
    with cursor.copy("copy landed from stdin") as copy:
        for number, line in enumerate(lines, start=1):
            try:
                payload = jsontext.decode(line)
            except ValueError as error:
                content = jsontext.storable(line[:_CONTENT_KEPT].decode("utf-8", errors="replace"))
                unreadable.append((number, f"the line is not JSON ({error})", content))
                continue
            try:
                identity: str | None = jsontext.storable(source.identify(payload, board))
            except UnreadablePayload:
                identity = None  # kept all the same; reading it will say what is wrong
            text = jsontext.encode_for_jsonb(payload).decode()
            copy.write_row((number, identity, payload_hash(source, payload), text))
    return unreadable
