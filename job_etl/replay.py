"""Replaying: what stored payloads say to today's sources and rules, and where that differs from what is in force.

Belongs here: comparing. What reads differently is marked and left to the staging, which reads it again as it does after
every change of the rules, so a replay can be killed and repeated like a run. A version of the rules is replayed by
itself; this is for a source that was mended, and for looking before a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from job_etl.normalize.version import normalizer_version
from job_etl.sources.base import Source
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.reading import POSTING_FIELDS, read_payloads
from job_etl.warehouse.staging import alone, stage_crawls


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a posting that reads differently now."""

    source: str
    source_job_id: str
    field: str
    old_value: Any
    new_value: Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """A posting whose payload cannot be read any more; it keeps its last reading."""

    source: str
    source_job_id: str
    reason: str


@dataclass(slots=True)
class Replayed:
    """How many stored payloads were read, and what became of them.

    `changed` postings read differently, `refused` ones cannot be read any more, `accepted` rejects can be read now and
    `rejects` still cannot.
    """

    read: int = 0
    changed: int = 0
    refused: int = 0
    accepted: int = 0
    rejects: int = 0


def replay(
    connection: psycopg.Connection,
    sources: Mapping[str, Source],
    names: Iterable[str],
    *,
    since: datetime | None = None,
    dry_run: bool = False,
    tell: Callable[[Difference | Refusal], None] = lambda _: None,
) -> Replayed:
    """Read the stored payloads of some sources again, those collected `since` a time or all, and mend what differs.

    These are the payloads that postings were last read from, and the rejected ones. A `dry_run` tells what differs and
    leaves it so; else what was marked is staged at the end.

    Raises:
        TransientError: a process that reads ended early, while staging; what was marked is staged by the next run.
    """
    work = _Replay(connection, sources, since, dry_run, tell)
    with alone(connection):
        for name in names:
            for (board,) in connection.execute(load_sql("replay/boards.sql"), {"source": name}).fetchall():
                work.compare(name, board)
            work.try_rejects(name)
    if work.marked:
        stage_crawls(connection, sources)
    return work.replayed


@dataclass(slots=True)
class _Replay:
    """One replay under way; `marked` says that there is something for the staging to do."""

    connection: psycopg.Connection
    sources: Mapping[str, Source]
    since: datetime | None
    dry_run: bool
    tell: Callable[[Difference | Refusal], None]
    replayed: Replayed = field(default_factory=Replayed)
    marked: bool = False

    def compare(self, source: str, board: str) -> None:
        """Read a board's payloads again, and mark the postings that read differently."""
        with self.connection.transaction():
            self._read("staging/select_outdated.sql", {"sources": [source], "board": board})
            self.connection.execute("analyze derived")
            compared = {"fields": [name for name in POSTING_FIELDS if name != "source_job_id"]}
            with self.connection.cursor(name="differences", row_factory=class_row(Difference)) as differences:
                changed = dict.fromkeys(self._told(differences.execute(load_sql("replay/differences.sql"), compared)))
            with self.connection.cursor(row_factory=class_row(Refusal)) as refusals:
                refused = list(self._told(refusals.execute(load_sql("replay/refusals.sql"))))
            self.replayed.changed += len(changed)
            self.replayed.refused += len(refused)
            if found := [*changed, *refused]:
                self._mark("replay/mark_postings.sql", {"source": source, "source_job_ids": found})

    def try_rejects(self, source: str) -> None:
        """Try to read the rejected payloads of a source, and mark those where that goes now."""
        with self.connection.transaction():
            accepted, rejects = self._read("staging/select_rejects.sql", {"sources": [source]})
            self.replayed.accepted += accepted
            self.replayed.rejects += rejects
            if accepted:
                self._mark("replay/mark_rejects.sql", {})

    def _read(self, query: str, selected: Mapping[str, Any]) -> tuple[int, int]:
        self.connection.execute(load_sql("staging/create_batch.sql"))
        arguments = {"since": self.since, "normalizer_version": None, "limit": None, **selected}
        found = read_payloads(self.connection, load_sql(query), arguments, self.sources, normalizer_version())
        self.replayed.read += sum(found)
        return found

    def _told(self, findings: Iterable[Difference] | Iterable[Refusal]) -> Iterator[str]:
        for finding in findings:
            self.tell(finding)
            yield finding.source_job_id

    def _mark(self, statement: str, arguments: Mapping[str, Any]) -> None:
        if not self.dry_run:
            self.connection.execute(load_sql(statement), arguments)
            self.connection.execute(load_sql("staging/set_current.sql"), {"normalizer_version": ""})
            self.marked = True
