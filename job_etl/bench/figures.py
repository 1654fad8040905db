"""What a measurement says, and on what machine it was made."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `rate` rows a second or `seconds`, and how often the baseline's time goes into ours or ours into it.

    `ratio` is in the terms of `target`, which says what to reach; `met` is None where a smaller corpus or another
    machine cannot tell.
    """

    name: str
    rows: int
    seconds: float
    baseline: str | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0


class Stopwatch:
    """Seconds since it was made, until `stop`."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds = 0.0

    def stop(self) -> float:
        """Stop, and return the seconds."""
        self.seconds = time.perf_counter() - self._began
        return self.seconds


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time a block; the stopwatch holds its seconds afterwards."""
    watch = Stopwatch()
    yield watch
    watch.stop()


@dataclass(frozen=True, slots=True)
class Written:
    """What a block wrote: row versions in the platform's tables, and bytes of write-ahead log."""

    row_versions: int
    wal_bytes: int


def written(connection: psycopg.Connection, work: Callable[[], object]) -> Written:
    """Do some work on the connection and tell what it wrote. Other work on the same database counts too."""
    before = _counters(connection)
    work()
    after = _counters(connection)
    return Written(after[0] - before[0], after[1] - before[1])


def dead_rows(connection: psycopg.Connection) -> int:
    """Row versions in the platform's tables that nobody sees any more and that vacuum has not removed yet."""
    connection.execute("select pg_stat_force_next_flush()")
    row = connection.execute(
        "select sum(n_dead_tup)::bigint from pg_stat_user_tables where schemaname in ('raw', 'staging', 'marts', 'ops')"
    ).fetchone()
    return row[0] or 0 if row else 0


def _counters(connection: psycopg.Connection) -> tuple[int, int]:
    connection.execute("select pg_stat_force_next_flush()")
    row = connection.execute(
        "select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint, (pg_current_wal_insert_lsn() - '0/0')::bigint"
        " from pg_stat_user_tables where schemaname in ('raw', 'staging', 'marts', 'ops')"
    ).fetchone()
    assert row is not None
    return row[0] or 0, row[1]


def surroundings(connection: psycopg.Connection) -> dict[str, Any]:
    """The machine, its load, the versions and the time, without which a figure says little."""
    return {
        "at": datetime.now(UTC),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "machine": platform.machine(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "python": platform.python_version(),
        "postgresql": connection.info.parameter_status("server_version"),
        "psycopg": metadata.version("psycopg"),
    }
