"""The measurements: each brings a corpus through the real stages of an empty database and beside a baseline.

Belongs here: what is compared with what, and what is to be reached. A ratio is of two times of the same run, as
machines differ and are busy.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from job_etl.bench import marts, rival
from job_etl.bench.baselines import copy_again, upsert_row_by_row
from job_etl.bench.fields import median_seconds
from job_etl.bench.figures import Figure, dead_rows, surroundings, timed, written
from job_etl.bench.memory import watched
from job_etl.bench.progress import remaining
from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.sample.corpus import land_corpus
from job_etl.sources import SOURCES
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect, open_connection
from job_etl.warehouse.raw import FailedLoad, LoadedCrawl, load_crawls
from job_etl.warehouse.staging import Staged, stage_crawls

DELTA = 1_000
_SLOW_ROWS = 1_000  # of the baseline that is an order of magnitude slower
_CALLS = 100_000
_MIB = 2**20
_TICK = 0.01  # seconds: what the system counts the processor's time in
_LIMITS = {"this process": 256, "the largest process it starts": 256, "all processes but the server's": 1024}

MEASUREMENTS = ("load", "stage", "again", "hash", "marts", "profile", "delta", "memory", "fields", "dlt")
"""What can be asked for; each needs what those before it did, so they run too, unreported."""

_INDEPENDENT = ("hash", "memory", "fields", "dlt")
"""Measurements that leave nothing behind for others, and are left out where nobody asked for them."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """The figures of a run, with what they were measured on; `broken` says what cannot be noise.

    `peaks` are the largest proportional set sizes of each kind of process, in bytes.
    """

    rows: int
    surroundings: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)


def measure(url: str, rows: int, *, only: Collection[str] = (), say: Say = lambda _: None) -> Measured:
    """Measure on a corpus of `rows` payloads, in a database of its own on the server of `url`, dropped afterwards.

    Raises:
        ConfigError: `only` names no measurement.
    """
    if unknown := sorted(set(only) - set(MEASUREMENTS)):
        raise ConfigError(f"no measurement {unknown[0]!r} (there are: {', '.join(MEASUREMENTS)})")
    wanted = set(only) or set(MEASUREMENTS)
    needed = MEASUREMENTS[: 1 + max(map(MEASUREMENTS.index, wanted))]
    with _scratch(url) as own, tempfile.TemporaryDirectory(prefix="job-etl-bench-") as folder:
        bootstrap(own)
        with connect(own) as connection, watched(connection.info.backend_pid) as peaks:
            run = _Run(connection, own, folder, Measured(rows, surroundings(connection)), peaks, say)
            say(f"landing a corpus of {rows:,} payloads")
            run.payloads = land_corpus(run.landing, rows)
            for name in needed:
                if name in wanted or name not in _INDEPENDENT:
                    say(f"measuring: {name}")
                    done = list(getattr(run, name)())
                    run.measured.figures += done if name in wanted else []
                if name not in ("fields", "dlt"):  # which work in this process, and are no part of what is measured
                    run.measured.peaks = dict(peaks)
    return run.measured


class _Run:
    """One run through the measurements, each a method of its name."""

    def __init__(
        self,
        connection: psycopg.Connection,
        url: str,
        folder: str,
        measured: Measured,
        peaks: dict[str, int],
        say: Say,
    ) -> None:
        self.connection = connection
        self.url = url
        self.landing = Landing(f"{folder}/landing")
        self.folder = folder
        self.measured = measured
        self.peaks = peaks
        self.say = say
        self.payloads = 0
        self.loaded = 0.0
        self.staged = (0, 0.0)
        self.built = 0.0

    def load(self) -> Iterator[Figure]:
        with timed(self.connection) as watch:
            wrote = written(self.connection, self._load)
        self.loaded = watch.seconds
        copied = copy_again(self.connection, "raw", "job_postings_raw")
        ratio = watch.seconds / copied.seconds
        yield Figure(
            f"landing → raw ({_size(wrote.wal_bytes)} of WAL)",
            self.payloads,
            watch.seconds,
            "COPY of the same rows",
            ratio,
            "at most 1.3 × its time",
            ratio <= 1.3,
            watch.cpu,
            watch.cpu / max(copied.cpu, _TICK),
        )

    def stage(self) -> Iterator[Figure]:
        staged = Staged()

        def stage() -> None:
            nonlocal staged
            staged = self._stage(self.payloads)

        with timed(self.connection) as watch:
            wrote = written(self.connection, stage)
        read, seconds = self.staged = staged.read, watch.seconds
        dead = dead_rows(self.connection)
        copies = [copy_again(self.connection, "staging", table) for table in ("postings", "job_postings_stg")]
        copied, copied_cpu = sum(copy.seconds for copy in copies), sum(copy.cpu for copy in copies)
        slow, slowly = upsert_row_by_row(self.url, _SLOW_ROWS)
        fast, ratio, upserted = read / seconds, seconds / copied, read / seconds / (slow / slowly)
        name = "raw → staging"
        described = f"{name} ({_size(wrote.wal_bytes)} of WAL, {dead:,} dead row versions)"
        target = "4,000 postings/s on 2 cores"
        yield Figure(described, read, seconds, target=target, met=fast >= 4_000, cpu=watch.cpu)
        yield Figure(
            name,
            read,
            seconds,
            "COPY of the finished rows",
            ratio,
            "at most 3 × its time",
            ratio <= 3,
            watch.cpu,
            watch.cpu / max(copied_cpu, _TICK),
        )
        baseline = "SQLAlchemy, a finished row at a time"
        yield Figure(name, read, seconds, baseline, upserted, "10 × as fast", upserted >= 10)

    def again(self) -> Iterator[Figure]:
        with timed() as watch:
            wrote = written(self.connection, self._bring_in)
        if wrote.row_versions:
            self.measured.broken.append(f"a run with nothing new wrote {wrote.row_versions} row versions")
        name = f"nothing new: {wrote.row_versions} row versions, {wrote.wal_bytes} bytes of WAL"
        yield Figure(name, 0, watch.seconds, target="no row version", met=not wrote.row_versions)

    def hash(self) -> Iterator[Figure]:
        calls = (
            "select count(public.generate_hash_key('Company ' || n %% 1000, 'Data Engineer', 'Lisbon, Portugal'))"
            " from generate_series(1, %s) as n"
        )
        with timed() as watch:
            self.connection.execute(calls, [_CALLS])
        met = _CALLS / watch.seconds >= 200_000
        yield Figure("generate_hash_key, calls", _CALLS, watch.seconds, target="200,000 calls/s", met=met)

    def marts(self) -> Iterator[Figure]:
        jobs = self._jobs()
        self.built = marts.build(self.connection, self.url, f"{self.folder}/dbt")
        yield Figure("staging → marts, built and tested by dbt", jobs, self.built)

    def profile(self) -> Iterator[Figure]:
        jobs = self._jobs()
        seconds = marts.build(self.connection, self.url, f"{self.folder}/dbt", marts.other_wishes())
        yield Figure("a change of the profile", jobs, seconds, "the first build of the marts", seconds / self.built)

    def delta(self) -> Iterator[Figure]:
        payloads = land_corpus(self.landing, DELTA, seed=1)
        marts.build(self.connection, self.url, f"{self.folder}/dbt")
        with timed(self.connection) as watch:
            self._bring_in()
        target = "the same on any table"
        name = f"{DELTA:,} new postings → staging"
        yield Figure(name, payloads, watch.seconds, target=target, cpu=watch.cpu)
        seconds = watch.seconds + marts.build(self.connection, self.url, f"{self.folder}/dbt")
        yield Figure(f"{DELTA:,} new postings → marts", payloads, seconds, target=target)

    def memory(self) -> Iterator[Figure]:
        for name, peak in self.peaks.items():
            limit = _LIMITS.get(name)
            name = f"memory of {name}: {peak // _MIB} MiB"
            met = peak <= limit * _MIB if limit else None
            yield Figure(name, self.payloads, 0, target=f"{limit} MiB" if limit else None, met=met)

    def fields(self) -> Iterator[Figure]:
        postings, seconds = median_seconds(self.landing)
        name = f"all fields of a posting: {1000 * seconds:.2f} ms of one core, the median of {postings:,}"
        yield Figure(name, 0, 0, target="0.4 ms", met=seconds < 0.0004)

    def dlt(self) -> Iterator[Figure]:
        if not rival.is_installed():
            yield Figure("dlt: not installed (the extra `bench` has it)", 0, 0)
            return
        loaded, seconds = rival.load(self.url, self.landing, f"{self.folder}/dlt")
        ratio = (self.payloads / self.loaded) / (loaded / seconds)
        yield Figure("landing → raw", self.payloads, self.loaded, "dlt, append", ratio, "6 × as fast", ratio >= 6)
        merged, seconds = rival.merge(self.connection, self.url, f"{self.folder}/dlt")
        read, staging = self.staged
        ratio = (read / staging) / (merged / seconds)
        baseline = "dlt, merge of finished rows"
        yield Figure("raw → staging", read, staging, baseline, ratio, "4 × as fast", ratio >= 4)

    def _load(self) -> None:
        done = 0
        tell = remaining(self.say, "landing → raw", self.payloads)

        def count(crawl: LoadedCrawl | FailedLoad) -> None:
            nonlocal done
            done += crawl.payloads if isinstance(crawl, LoadedCrawl) else 0
            tell(done)

        load_crawls(self.connection, self.landing, SOURCES, on_progress=count)

    def _stage(self, payloads: int) -> Staged:
        tell = remaining(self.say, "raw → staging", payloads)
        return stage_crawls(self.connection, SOURCES, on_progress=lambda staged: tell(staged.seen))

    def _bring_in(self) -> None:
        load_crawls(self.connection, self.landing, SOURCES)
        stage_crawls(self.connection, SOURCES)

    def _jobs(self) -> int:
        row = self.connection.execute("select count(*) from staging.job_postings_stg").fetchone()
        return row[0] if row else 0


def _size(count: int) -> str:
    return f"{count / _MIB:,.0f} MiB"


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
