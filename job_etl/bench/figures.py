"""What a measurement says, and on what machine it was made."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `rate` rows a second or `seconds`, and how often the baseline's time goes into ours or ours into it.

    `ratio` is in the terms of `target`, which says what to reach; `met` is None where a smaller corpus or another
    machine cannot tell. `cpu` are the processor's seconds of all processes that took part, and `cpu_ratio` is to the
    baseline's: they say more where the machine is busy with other things.
    """

    name: str
    rows: int
    seconds: float
    baseline: str | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None
    cpu: float | None = None
    cpu_ratio: float | None = None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0


class Stopwatch:
    """Seconds since it was made, until `stop`, and the processor's seconds meanwhile.

    The processor's are of this process, of its children that have ended, and of the server's process `backend`, where
    the system tells them.
    """

    def __init__(self, backend: int = 0) -> None:
        self._backend = backend
        self._began, self._cpu_began = time.perf_counter(), self._cpu()
        self.seconds = self.cpu = 0.0

    def stop(self) -> None:
        """Stop, and keep the seconds."""
        self.seconds, self.cpu = time.perf_counter() - self._began, self._cpu() - self._cpu_began

    def _cpu(self) -> float:
        spent = os.times()
        return sum(spent[:4]) + _cpu_of(self._backend)


def _cpu_of(pid: int) -> float:
    with suppress(OSError):  # another machine's or account's
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        user, system = stat.rpartition(")")[2].split()[11:13]  # proc_pid_stat(5): after the name, from the third
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextmanager
def timed(connection: psycopg.Connection | None = None) -> Iterator[Stopwatch]:
    """Time a block; the stopwatch holds its seconds afterwards, with the server's for a connection."""
    watch = Stopwatch(connection.info.backend_pid if connection else 0)
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
