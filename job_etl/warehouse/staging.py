"""`raw` → `staging`: postings, their history, and the jobs they advertise.

Crawls are brought in oldest first, in batches of at most one crawl a board, one transaction a batch. Python reads
the payloads that are new; everything else is a set-based statement in `sql/staging/`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from job_etl import jsontext
from job_etl.errors import UnreadablePayload
from job_etl.model import Board, Posting
from job_etl.normalize.company import company_match_key
from job_etl.normalize.posting import normalize
from job_etl.normalize.version import normalizer_version
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql

BATCH_PAYLOADS = 20_000
_CHUNK = 500

TRACKED_FIELDS = (
    "title",
    "company",
    "location",
    "remote_type",
    "contract_type",
    "seniority_level",
    "salary_min",
    "salary_max",
    "salary_currency",
    "salary_period",
    "description",
    "skills",
    "department",
    "requisition_id",
    "url",
    "apply_url",
    "posted_at",
    "expires_at",
)
"""The canonical fields whose change is an event of the posting."""

_POSTING_FIELDS = tuple(field.name for field in fields(Posting))
_DERIVED_COLUMNS = (
    *_POSTING_FIELDS,
    "source",
    "board",
    "raw_id",
    "payload_at",
    "direct",
    "company_key",
    "normalizer_version",
    "first_seen_at",
    "last_seen_at",
)
_COPY_DERIVED = f"copy derived ({', '.join(_DERIVED_COLUMNS)}) from stdin"
_COPY_UNREADABLE = (
    "copy unreadable (crawl_id, line, source, board, source_job_id, raw_id, reason, normalizer_version) from stdin"
)


@dataclass(slots=True)
class Staged:
    """What bringing crawls in did: crawls and postings by what became of them, and jobs rolled up."""

    crawls: int = 0
    seen: int = 0
    read: int = 0
    rejected: int = 0
    opened: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0
    reread: int = 0
    jobs_changed: int = 0


@dataclass(frozen=True, slots=True)
class _Unread:
    """A payload to read, and the posting and crawl it counts for; `line` and `crawl_id` say where it came from."""

    raw_id: uuid.UUID
    payload: Any
    collected_at: datetime
    crawl_id: int
    line: int
    source: str
    source_job_id: str | None
    board: str
    company: str | None
    params: dict[str, Any] | None
    first_seen_at: datetime
    last_seen_at: datetime


def stage_crawls(
    connection: psycopg.Connection,
    sources: Mapping[str, Source],
    *,
    batch_payloads: int = BATCH_PAYLOADS,
    on_progress: Callable[[Staged], None] = lambda _: None,
) -> Staged:
    """Bring every loaded crawl into `staging`, after re-reading what an older normaliser read.

    Safe to repeat, to kill and to run twice at once: each batch is one transaction, and a second caller waits.
    """
    staged = Staged()
    with _alone(connection):
        _reread_outdated(connection, sources, staged)
        _forget_late_boards(connection, sources)
        while _stage_batch(connection, sources, staged, batch_payloads):
            on_progress(staged)
    return staged


def _stage_batch(
    connection: psycopg.Connection, sources: Mapping[str, Source], staged: Staged, batch_payloads: int
) -> bool:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("staging/create_batch.sql"))
        known = _known(sources) | {"payloads": batch_payloads}
        claimed = cursor.execute(load_sql("staging/claim_batch.sql"), known).rowcount
        if not claimed:
            return False
        staged.crawls += claimed
        staged.seen += cursor.execute(load_sql("staging/note_seen.sql")).rowcount
        _read(connection, load_sql("staging/select_unread.sql"), {}, sources, staged)
        cursor.execute("analyze batch; analyze seen; analyze derived")
        cursor.execute(load_sql("staging/replace_rejects.sql"))
        for kind, count in cursor.execute(load_sql("staging/record_changes.sql"), {"fields": list(TRACKED_FIELDS)}):
            setattr(staged, kind, getattr(staged, kind) + count)
        cursor.execute(load_sql("staging/touch_jobs.sql"))
        cursor.execute(load_sql("staging/upsert_postings.sql"))
        cursor.execute(load_sql("staging/note_sightings.sql"))
        staged.closed += cursor.execute(load_sql("staging/close_postings.sql")).rowcount
        staged.jobs_changed += cursor.execute(load_sql("staging/roll_up_jobs.sql")).rowcount
        cursor.execute(load_sql("staging/note_job_sightings.sql"))
        cursor.execute(load_sql("staging/finish_batch.sql"))
    return True


def _reread_outdated(connection: psycopg.Connection, sources: Mapping[str, Source], staged: Staged) -> None:
    """Read again what another version of the normaliser read, and try again what it refused."""
    version = {"normalizer_version": normalizer_version()}
    with connection.transaction(), connection.cursor() as cursor:
        if cursor.execute(load_sql("staging/is_current.sql"), version).fetchone() is not None:
            return
    while True:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(load_sql("staging/create_batch.sql"))
            arguments = _known(sources) | {"limit": BATCH_PAYLOADS}
            outdated = _read(connection, load_sql("staging/select_outdated.sql"), arguments, sources, staged)
            if not outdated:
                break
            cursor.execute("analyze derived")
            cursor.execute(load_sql("staging/replace_rejects.sql"))
            cursor.execute(load_sql("staging/touch_jobs.sql"))
            staged.reread += cursor.execute(load_sql("staging/reread_postings.sql")).rowcount
            cursor.execute(load_sql("staging/mark_reread.sql"), version)
            staged.jobs_changed += cursor.execute(load_sql("staging/roll_up_jobs.sql")).rowcount
    with connection.transaction(), connection.cursor() as cursor:
        # A reject that can be read now was on its board all along: its board's history is told again.
        cursor.execute(load_sql("staging/create_batch.sql"))
        boards = cursor.execute(load_sql("staging/boards_with_old_rejects.sql"), version | _known(sources)).fetchall()
        _forget(cursor, boards)
        cursor.execute(load_sql("staging/set_current.sql"), version)


def _forget_late_boards(connection: psycopg.Connection, sources: Mapping[str, Source]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("staging/create_batch.sql"))
        _forget(cursor, cursor.execute(load_sql("staging/late_boards.sql"), _known(sources)).fetchall())


def _forget(cursor: psycopg.Cursor[Any], boards: Sequence[tuple[str, str | None]]) -> None:
    for source, board in boards:
        cursor.execute(load_sql("staging/forget_board.sql"), {"source": source, "board": board})
    if boards:
        cursor.execute(load_sql("staging/roll_up_jobs.sql"))


def _read(
    connection: psycopg.Connection,
    query: str,
    arguments: Mapping[str, Any],
    sources: Mapping[str, Source],
    staged: Staged,
) -> int:
    """Read the payloads a query selects into `derived` and `unreadable`, a chunk in memory at a time."""
    version = normalizer_version()
    total = 0
    with connection.cursor(name="unread", row_factory=class_row(_Unread)) as unread, connection.cursor() as cursor:
        unread.execute(query, {"normalizer_version": version, **arguments})
        while rows := unread.fetchmany(_CHUNK):
            total += len(rows)
            refused = []
            with cursor.copy(_COPY_DERIVED) as copy:
                for row in rows:
                    try:
                        copy.write_row(_derive(row, sources[row.source], version))
                    except UnreadablePayload as error:
                        refused.append((row, str(error)))
            with cursor.copy(_COPY_UNREADABLE) as copy:
                for row, reason in refused:
                    copy.write_row(
                        (row.crawl_id, row.line, row.source, row.board, row.source_job_id, row.raw_id, reason, version)
                    )
            staged.read += len(rows) - len(refused)
            staged.rejected += len(refused)
    return total


def _derive(row: _Unread, source: Source, version: str) -> list[Any]:
    if row.source_job_id is None:
        source.identify(row.payload, _board(row))  # raises, with the reason
        raise UnreadablePayload("the payload has no identity")
    posting = normalize(source.read(row.payload, _board(row)), collected_at=row.collected_at)
    values = {field: getattr(posting, field) for field in _POSTING_FIELDS}
    values["source_job_id"] = row.source_job_id
    values["places"] = jsontext.encode(posting.places).decode()
    values["provenance"] = jsontext.encode(posting.provenance).decode()
    for enumeration in ("company_size", "remote_type", "contract_type", "seniority_level", "salary_period"):
        values[enumeration] = values[enumeration] and str(values[enumeration])
    return [
        *values.values(),
        row.source,
        row.board,
        row.raw_id,
        row.collected_at,
        source.direct,
        company_match_key(posting.company),
        version,
        row.first_seen_at,
        row.last_seen_at,
    ]


def _board(row: _Unread) -> Board:
    return Board(row.source, row.board, row.company, row.params or {})


def _known(sources: Mapping[str, Source]) -> dict[str, Any]:
    return {
        "sources": list(sources),
        "overlapping": [source.boards_overlap for source in sources.values()],
        "shows_all": [source.shows_all for source in sources.values()],
    }


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    """One process at a time, and a second waits; the lock ends with the connection, however that ends."""
    lock = "hashtextextended('job_etl staging', 0)"
    with connection.transaction():
        connection.execute("set local lock_timeout = 0")
        connection.execute(f"select pg_advisory_lock({lock})")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(f"select pg_advisory_unlock({lock})")
