"""Runs of the command line to be disturbed, and what one that was left alone makes of the sample.

Belongs here: starting and ending runs, and comparing what they made. Where a run is disturbed, the tests say.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pyarrow.parquet as pq

from job_etl.embedded import acquire
from job_etl.landing import Landing
from job_etl.sample import land_sample
from job_etl_tests.commands import JOB_ETL, Said, surroundings
from job_etl_tests.warehouse.boards import tables


class Run:
    """A run of the command line in a process group of its own; `stages` is when each began."""

    def __init__(self, home: Path, *options: str, **settings: str) -> None:
        self.process = subprocess.Popen(
            [JOB_ETL, "run", *(options or ["--no-crawl"])],
            env=environment(home) | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.stages: dict[str, float] = {}
        self._told: list[str] = []

    def wait_for(self, stage: str) -> bool:
        """Wait until a stage begins; false if the run ended before."""
        for line in self.process.stderr or ():
            self._told.append(line)
            name = line.strip().partition(":")[0]
            self.stages.setdefault(name, time.monotonic())
            if name == stage:
                return True
        return False

    def kill(self) -> None:
        """Kill the command and what it started, but for the database, which is not of its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def ended(self) -> Said:
        """Wait for its end."""
        self.wait_for("the end, which is no stage")
        self.stages["end"] = time.monotonic()
        out, err = self.process.communicate()
        return Said(self.process.returncode, out, "".join(self._told) + err)


@dataclass(frozen=True, slots=True)
class Alone:
    """A run that was left alone: what it made, and how long each stage took."""

    made: dict[str, Any]
    exports: dict[str, Any]
    seconds: dict[str, float]


def environment(home: Path) -> dict[str, str]:
    """A home whose sources have no boards: whatever asks for a crawl gets none."""
    return surroundings(home, JOB_ETL_CONFIG_DIR=str(home / "config"))


def sample_home(folder: Path) -> Path:
    """A home with the sample landed."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "sources.yml").write_text("{}")
    (folder / "dagster").mkdir()
    land_sample(Landing(str(folder / "landing")))
    return folder


@contextlib.contextmanager
def database(home: Path) -> Iterator[psycopg.Connection]:
    """A connection to a home's embedded server."""
    with acquire(home) as lease, psycopg.connect(lease.url, autocommit=True) as connection:
        connection.execute("set timezone to 'UTC'")
        yield connection


def kill_server(home: Path) -> None:
    """Kill the embedded server as running out of memory would: its first process, at once."""
    os.kill(int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def made(home: Path) -> dict[str, Any]:
    """What raw, staging and marts say, without surrogate ids and load times, and what no build has taken out."""
    queries = {
        "companies": "select to_jsonb(c) - array['company_id', 'created_at', 'updated_at'] from marts.dim_companies c"
        " order by company_key",
        "ranked": "select to_jsonb(f) - array['job_id', 'company_id', 'ingested_at'], company_key"
        " from marts.fact_jobs f left join marts.dim_companies using (company_id) order by hash_key",
        "to build": "select hash_key from staging.changed_jobs union all select hash_key from staging.claimed_jobs",
    }
    with database(home) as connection:
        return tables(connection) | {name: connection.execute(query).fetchall() for name, query in queries.items()}


def exports(home: Path) -> dict[str, Any]:
    """The exported files; of Parquet the rows, as it also tells which build they are of."""
    folder = home / "exports"
    texts = {suffix: (folder / f"ranked_jobs.{suffix}").read_bytes() for suffix in ("csv", "jsonl")}
    return texts | {"parquet": pq.read_table(folder / "ranked_jobs.parquet").to_pylist()}


def assert_as_if_left_alone(home: Path, alone: Alone) -> None:
    """Compare what is in the tables and the exported files."""
    found = made(home)
    for table, rows in alone.made.items():
        assert found[table] == rows, f"{table} differs"
    assert found["to build"] == []
    for file, content in exports(home).items():
        assert content == alone.exports[file], f"ranked_jobs.{file} differs"


def unfinished_runs(home: Path) -> int:
    """How many runs the home's Dagster takes for under way."""
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return len(instance.get_runs(dg.RunsFilter(statuses=unfinished)))
