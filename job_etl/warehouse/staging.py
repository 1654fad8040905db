"""`raw` → `staging`: postings, their history, and the jobs they advertise.

Crawls are brought in oldest first, in batches of at most one crawl a board, one transaction a batch. Python reads
the payloads that are new, those of the next crawls while the server works on a batch (`lookahead`); everything else is
a set-based statement in `sql/staging/`.

Belongs here: the order of these statements, and what is done first when the normaliser has changed or a crawl came in
late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from job_etl.normalize.version import normalizer_version
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.lookahead import Lookahead
from job_etl.warehouse.readers import Readers
from job_etl.warehouse.reading import copy_readings, load_reading_sql, read_payloads
from job_etl.warehouse.shards import forget_late_readings, take_readings
from job_etl.warehouse.statistics import analyze_grown
from job_etl.warehouse.workers import cores

BATCH_PAYLOADS = 5_000
"""Few, so that the next can be read while the server works on one; many enough to be worth a batch's statements."""

_REREAD_PAYLOADS = 20_000  # more, as what is outdated is looked for among all postings each time

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

_NO_READING = (
    "board",
    "payload_at",
    "direct",
    "posted_at",
    "normalizer_version",
    "first_seen_at",
    "last_seen_at",
    "closed_at",
)
"""The columns of a posting that do not say what its payload reads as; `posted_at` is compared by itself."""


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


def stage_crawls(
    connection: psycopg.Connection,
    sources: Mapping[str, Source],
    *,
    batch_payloads: int = BATCH_PAYLOADS,
    processes: int | None = None,
    on_progress: Callable[[Staged], None] = lambda _: None,
) -> Staged:
    """Bring every loaded crawl into `staging`, after re-reading what an older normaliser read.

    Many payloads are read in `processes` processes, by default one for each core. Safe to repeat, to kill and to run
    twice at once: each batch is one transaction, and a second caller waits.

    Raises:
        TransientError: a process that reads ended early; the batches before stay.
    """
    staged = Staged()
    with alone(connection), Readers(processes or cores()) as readers:
        _reread_outdated(connection, sources, readers, staged)
        _forget_late_boards(connection, sources)
        lookahead = Lookahead(readers, sources, normalizer_version())
        while _stage_batch(connection, sources, readers, lookahead, staged, batch_payloads):
            analyze_grown(connection)
            on_progress(staged)
        forget_late_readings(connection)
    return staged


def _stage_batch(
    connection: psycopg.Connection,
    sources: Mapping[str, Source],
    readers: Readers,
    lookahead: Lookahead,
    staged: Staged,
    batch_payloads: int,
) -> bool:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("staging/create_batch.sql"))
        known = _known(sources) | {"payloads": batch_payloads}
        claimed = cursor.execute(load_sql("staging/claim_batch.sql"), known).rowcount
        if not claimed:
            return False
        # A batch may be of one crawl or a thousand: unless it is told, the planner expects another one like the last,
        # and goes through whole tables for the rows of one crawl.
        cursor.execute("analyze batch")
        staged.crawls += claimed
        staged.seen += cursor.execute(load_sql("staging/note_seen.sql")).rowcount
        cursor.execute("analyze seen")
        staged.read += take_readings(cursor)
        cursor.execute(load_sql("staging/note_unread.sql"), {"normalizer_version": normalizer_version()})
        _count(staged, copy_readings(cursor, lookahead.take(cursor)))
        cursor.execute("analyze unread")
        _read(connection, "select_unread", {}, sources, readers, staged)
        lookahead.fill(cursor)
        cursor.execute(load_sql("staging/analyze_derived.sql"))
        cursor.execute(load_sql("staging/replace_rejects.sql"))
        for kind, count in cursor.execute(load_sql("staging/record_changes.sql"), {"fields": list(TRACKED_FIELDS)}):
            setattr(staged, kind, getattr(staged, kind) + count)
        cursor.execute(load_sql("staging/touch_jobs.sql"))
        cursor.execute(load_reading_sql("staging/upsert_postings.sql"))
        cursor.execute(load_sql("staging/note_sightings.sql"))
        staged.closed += cursor.execute(load_sql("staging/close_postings.sql")).rowcount
        cursor.execute("analyze touched_jobs")
        staged.jobs_changed += cursor.execute(load_sql("staging/roll_up_jobs.sql")).rowcount
        cursor.execute(load_sql("staging/note_job_sightings.sql"))
        cursor.execute(load_sql("staging/finish_batch.sql"))
    return True


def _reread_outdated(
    connection: psycopg.Connection, sources: Mapping[str, Source], readers: Readers, staged: Staged
) -> None:
    """Read again what another version of the normaliser read, and try again what it refused.

    The version is noted as current when all is done: what was killed in between goes on where it was.
    """
    version = {"normalizer_version": normalizer_version()}
    with connection.transaction(), connection.cursor() as cursor:
        if cursor.execute(load_sql("staging/is_current.sql"), version).fetchone() is not None:
            return
    while True:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(load_sql("staging/create_batch.sql"))
            arguments = {"sources": list(sources), "board": None, "since": None, "limit": _REREAD_PAYLOADS}
            if not _read(connection, "select_outdated", arguments, sources, readers, staged):
                break
            cursor.execute(load_sql("staging/analyze_derived.sql"))
            cursor.execute(load_sql("staging/replace_rejects.sql"))
            cursor.execute(load_sql("staging/keep_same_readings.sql"), {"aside": list(_NO_READING)})
            cursor.execute(load_sql("staging/touch_jobs.sql"))
            staged.reread += cursor.execute(load_reading_sql("staging/reread_postings.sql")).rowcount
            cursor.execute(load_sql("staging/mark_reread.sql"), version)
            cursor.execute("analyze touched_jobs")
            staged.jobs_changed += cursor.execute(load_sql("staging/roll_up_jobs.sql")).rowcount
    while _retry_rejects(connection, sources, readers, staged):
        pass
    connection.execute(load_sql("staging/set_current.sql"), version)


def _retry_rejects(
    connection: psycopg.Connection, sources: Mapping[str, Source], readers: Readers, staged: Staged
) -> bool:
    """Try some rejects of other versions: those refused again are marked, the boards of the others forgotten."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("staging/create_batch.sql"))
        arguments = {"sources": list(sources), "since": None, "limit": _REREAD_PAYLOADS}
        tried = _read(connection, "select_rejects", arguments, sources, readers, staged)
        boards = cursor.execute(load_sql("staging/boards_of_readable_rejects.sql"), _known(sources)).fetchall()
        cursor.execute(load_sql("staging/replace_rejects.sql"))
        _forget(cursor, boards)
    return tried > 0


def _forget_late_boards(connection: psycopg.Connection, sources: Mapping[str, Source]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(load_sql("staging/create_batch.sql"))
        _forget(cursor, cursor.execute(load_sql("staging/late_boards.sql"), _known(sources)).fetchall())


def _forget(cursor: psycopg.Cursor[Any], boards: Sequence[tuple[str, str | None]]) -> None:
    for source, board in boards:
        cursor.execute(load_sql("staging/forget_board.sql"), {"source": source, "board": board})
    if boards:
        cursor.execute("analyze touched_jobs")
        cursor.execute(load_sql("staging/roll_up_jobs.sql"))


def _read(
    connection: psycopg.Connection,
    query: str,
    arguments: Mapping[str, Any],
    sources: Mapping[str, Source],
    readers: Readers,
    staged: Staged,
) -> int:
    """Read what a query selects, and count it; returns how much that was."""
    version = normalizer_version()
    arguments = {"normalizer_version": version, **arguments}
    statement = load_sql(f"staging/{query}.sql")
    return _count(staged, read_payloads(connection, statement, arguments, sources, version, readers))


def _count(staged: Staged, found: tuple[int, int]) -> int:
    """Add what was read and rejected to the rest; returns how much that was."""
    read, rejected = found
    staged.read += read
    staged.rejected += rejected
    return read + rejected


def _known(sources: Mapping[str, Source]) -> dict[str, Any]:
    return {
        "sources": list(sources),
        "overlapping": [source.boards_overlap for source in sources.values()],
        "unseen_for": [None if source.shows_all else source.unseen_for for source in sources.values()],
    }


@contextmanager
def alone(connection: psycopg.Connection) -> Iterator[None]:
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
