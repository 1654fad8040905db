"""The measurements: each brings a corpus through the real stages of an empty database and beside a baseline.

Belongs here: what is compared with what, and what is to be reached. A ratio is of two times of the same run, as
machines differ and are busy.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from job_etl.bench.baselines import copy_again, upsert_row_by_row
from job_etl.bench.figures import Figure, surroundings, timed, written
from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.sample.corpus import land_corpus
from job_etl.sources import SOURCES
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect, open_connection
from job_etl.warehouse.raw import load_crawls
from job_etl.warehouse.staging import stage_crawls

DELTA = 1_000
_SLOW_ROWS = 1_000  # of the baseline that is an order of magnitude slower
_MEMORY = 256  # MiB, of a process

MEASUREMENTS = ("load", "stage", "again", "delta", "memory")
"""What can be asked for; each needs what those before it did, so they run too, unreported."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """The figures of a run, with what they were measured on; `broken` says what cannot be noise."""

    rows: int
    surroundings: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def measure(url: str, rows: int, *, only: Collection[str] = (), say: Say = lambda _: None) -> Measured:
    """Measure on a corpus of `rows` payloads, in a database of its own on the server of `url`, dropped afterwards.

    Raises:
        ConfigError: `only` names no measurement.
    """
    if unknown := sorted(set(only) - set(MEASUREMENTS)):
        raise ConfigError(f"no measurement {unknown[0]!r} (there are: {', '.join(MEASUREMENTS)})")
    wanted = set(only) or set(MEASUREMENTS)
    with _scratch(url) as own, tempfile.TemporaryDirectory(prefix="job-etl-bench-") as folder:
        bootstrap(own)
        with connect(own) as connection:
            measured = Measured(rows, surroundings(connection))
            landing = Landing(folder)
            say(f"landing a corpus of {rows} payloads")
            payloads = land_corpus(landing, rows)
            steps: dict[str, Callable[[], Iterator[Figure]]] = {
                "load": lambda: _load(connection, landing, payloads),
                "stage": lambda: _stage(connection, own),
                "again": lambda: _again(connection, landing, measured),
                "delta": lambda: _delta(connection, landing),
                "memory": lambda: _memory(payloads),
            }
            for name in MEASUREMENTS[: 1 + max(map(MEASUREMENTS.index, wanted))]:
                say(f"measuring: {name}")
                done = list(steps[name]())
                measured.figures += done if name in wanted else []
    return measured


def _load(connection: psycopg.Connection, landing: Landing, payloads: int) -> Iterator[Figure]:
    with timed() as watch:
        load_crawls(connection, landing, SOURCES)
    copied = copy_again(connection, "raw", "job_postings_raw")
    ratio = watch.seconds / copied
    yield Figure(
        "landing → raw", payloads, watch.seconds, "COPY of the same rows", ratio, "at most 1.3 × its time", ratio <= 1.3
    )


def _stage(connection: psycopg.Connection, url: str) -> Iterator[Figure]:
    with timed() as watch:
        staged = stage_crawls(connection, SOURCES)
    copied = sum(copy_again(connection, "staging", table) for table in ("postings", "job_postings_stg"))
    slow, seconds = upsert_row_by_row(url, _SLOW_ROWS)
    mapped = staged.read / watch.seconds
    upserted = mapped / (slow / seconds)
    ratio = watch.seconds / copied
    met = mapped >= 4_000
    yield Figure("raw → staging", staged.read, watch.seconds, target="4,000 postings/s on 2 cores", met=met or None)
    yield Figure(
        "raw → staging",
        staged.read,
        watch.seconds,
        "COPY of the finished rows",
        ratio,
        "at most 3 × its time",
        ratio <= 3,
    )
    yield Figure(
        "raw → staging",
        staged.read,
        watch.seconds,
        "SQLAlchemy, a finished row at a time",
        upserted,
        "10 × as fast",
        upserted >= 10,
    )


def _again(connection: psycopg.Connection, landing: Landing, measured: Measured) -> Iterator[Figure]:
    def bring_in() -> None:
        load_crawls(connection, landing, SOURCES)
        stage_crawls(connection, SOURCES)

    with timed() as watch:
        wrote = written(connection, bring_in)
    if wrote.row_versions:
        measured.broken.append(f"a run with nothing new wrote {wrote.row_versions} row versions")
    yield Figure(
        f"nothing new: {wrote.row_versions} row versions, {wrote.wal_bytes} bytes of WAL",
        0,
        watch.seconds,
        target="no row version",
        met=not wrote.row_versions,
    )


def _delta(connection: psycopg.Connection, landing: Landing) -> Iterator[Figure]:
    payloads = land_corpus(landing, DELTA, seed=1)
    with timed() as watch:
        load_crawls(connection, landing, SOURCES)
        stage_crawls(connection, SOURCES)
    yield Figure("new postings on top of these", payloads, watch.seconds, target="the same on any table")


def _memory(payloads: int) -> Iterator[Figure]:
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    for name, who in (("this process", resource.RUSAGE_SELF), ("the largest reader", resource.RUSAGE_CHILDREN)):
        peak = resource.getrusage(who).ru_maxrss * unit / 2**20
        yield Figure(f"memory of {name}: {peak:.0f} MiB", payloads, 0, target=f"{_MEMORY} MiB", met=peak <= _MEMORY)


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """The URL of an empty database on the same server."""
    name = f"job_etl_bench_{os.getpid()}_{uuid4().hex[:8]}"
    server = open_connection(url)
    try:
        server.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    finally:
        server.close()
