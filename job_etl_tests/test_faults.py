"""Runs that are killed, run beside each other or lose their database, told from one that was left alone by nothing.

Everything is the real thing: the command in a process group of its own, the embedded server, dbt, SIGKILL. Where a run
is killed is measured from its progress: a stage begins, and a random part of the time that stage took when it was left
alone goes by. The times are seeded, and `FAULTS_SEED` chooses others.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psycopg
import pytest

from job_etl.embedded import acquire
from job_etl.landing import Landing
from job_etl.sample import land_sample
from job_etl_tests.commands import JOB_ETL, Said, surroundings
from job_etl_tests.provider import unreachable_url
from job_etl_tests.warehouse.boards import row_versions, tables

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("FAULTS_SEED", "2026"))

MOMENTS = ["bootstrap", "raw", "raw", "raw", "staging", "staging", "staging", "marts", "marts", "exports"]
"""The stages in which a run is killed, one run after the other."""

EXPORTS = ["ranked_jobs.csv", "ranked_jobs.jsonl", "ranked_jobs.parquet"]


class Run:
    """A run of the command line in a process group of its own; `stages` is when each began."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [JOB_ETL, "run", "--no-crawl"],
            env=_environment(home),
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
    exports: dict[str, bytes]
    seconds: dict[str, float]


def _environment(home: Path) -> dict[str, str]:
    """A home whose sources have no boards: whatever asks for a crawl gets none."""
    return surroundings(home, JOB_ETL_CONFIG_DIR=str(home / "config"))


def _home(folder: Path) -> Path:
    """A home with the sample landed."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "sources.yml").write_text("{}")
    (folder / "dagster").mkdir()
    land_sample(Landing(str(folder / "landing")))
    return folder


@contextlib.contextmanager
def _database(home: Path) -> Iterator[psycopg.Connection]:
    with acquire(home) as lease, psycopg.connect(lease.url, autocommit=True) as connection:
        connection.execute("set timezone to 'UTC'")
        yield connection


def _made(home: Path) -> dict[str, Any]:
    """What raw, staging and marts say, without surrogate ids and load times, and what no build has taken out."""
    queries = {
        "companies": "select to_jsonb(c) - array['company_id', 'created_at', 'updated_at'] from marts.dim_companies c"
        " order by company_key",
        "ranked": "select to_jsonb(f) - array['job_id', 'company_id', 'ingested_at'], company_key"
        " from marts.fact_jobs f left join marts.dim_companies using (company_id) order by hash_key",
        "to build": "select hash_key from staging.changed_jobs union all select hash_key from staging.claimed_jobs",
    }
    with _database(home) as connection:
        return tables(connection) | {name: connection.execute(query).fetchall() for name, query in queries.items()}


def _exports(home: Path) -> dict[str, bytes]:
    return {name: (home / "exports" / name).read_bytes() for name in EXPORTS}


def _assert_as_if_left_alone(home: Path, alone: Alone) -> None:
    made = _made(home)
    for table, rows in alone.made.items():
        assert made[table] == rows, f"{table} differs"
    assert made["to build"] == []
    assert _exports(home) == alone.exports


def _unfinished_runs(home: Path) -> int:
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return len(instance.get_runs(dg.RunsFilter(statuses=unfinished)))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    home = _home(tmp_path_factory.mktemp("alone"))
    run = Run(home)
    said = run.ended()
    assert (said.status, said.errors) == (0, [])
    began = sorted(run.stages.items(), key=lambda stage: stage[1])
    seconds = {name: after - at for (name, at), (_, after) in pairwise(began)}
    return Alone(_made(home), _exports(home), seconds)


def test_a_run_killed_at_ten_moments_and_run_again_makes_what_one_left_alone_makes(
    alone: Alone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _home(tmp_path / "home")
    chance = random.Random(SEED)
    for number, stage in enumerate(MOMENTS, 1):
        run = Run(home)
        assert run.wait_for(stage), run.ended().err
        _let_pass(home, stage, chance, alone)
        run.kill()
        with capsys.disabled():
            print(f"\nkill {number}, in {stage}: loaded, staged, ranked: {_progress(home)}", end=" ")
    last = Run(home).ended()
    assert (last.status, last.errors) == (0, [])
    _assert_as_if_left_alone(home, alone)
    assert _unfinished_runs(home) == 0

    with _database(home) as connection:
        before = _written(connection)
    again = Run(home).ended()
    assert again.status == 0
    assert "Nothing new" in again.out
    with _database(home) as connection:
        assert _written(connection) == before
    _assert_as_if_left_alone(home, alone)


def _written(connection: psycopg.Connection) -> dict[str, int]:
    """Row versions written in each table but for the one in which a run notes that it ran."""
    return {table: count for table, count in row_versions(connection).items() if table != "ops.run_stats"}


def _progress(home: Path) -> tuple[int, ...]:
    """Crawls loaded, crawls staged and jobs ranked."""
    with _database(home) as connection:
        if connection.execute("select to_regclass('marts.fact_jobs')").fetchone() == (None,):
            return (0, 0, 0)
        row = connection.execute(
            "select count(*), count(staged_at), (select count(*) from marts.fact_jobs) from raw.crawls"
        ).fetchone()
    assert row is not None
    return tuple(row)


def _let_pass(home: Path, stage: str, chance: random.Random, alone: Alone) -> None:
    """Let a random part of what is left of a stage be done."""
    if stage == "raw":  # too quick for the clock: most of what its stage takes are its checks
        loaded, total = _progress(home)[0], len(alone.made["crawls"])
        target = chance.randint(loaded, (loaded + total) // 2)
        with _database(home) as connection:
            while connection.execute("select count(*) >= %s from raw.crawls", [target]).fetchone() != (True,):
                time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
    else:
        done = _progress(home)[1] / len(alone.made["crawls"]) if stage == "staging" else 0.0
        time.sleep(chance.uniform(0, 0.7) * (1 - done) * alone.seconds[stage])


def test_two_runs_at_once_make_what_one_left_alone_makes(alone: Alone, tmp_path: Path) -> None:
    """One by the command and one by Dagster's own, which knows of no turns."""
    home = _home(tmp_path / "home")
    mine = Run(home)
    dagster = str(Path(sys.executable).with_name("dagster"))
    dagsters = subprocess.run(
        [dagster, "asset", "materialize", "-m", "job_etl.definitions", "--select", "*"],
        env=_environment(home) | {"DAGSTER_HOME": str(home / "dagster")},
        capture_output=True,
        text=True,
    )
    said = mine.ended()
    assert (said.status, said.errors) == (0, [])
    assert dagsters.returncode == 0, dagsters.stderr[-3000:]
    _assert_as_if_left_alone(home, alone)


def test_a_run_of_the_command_waits_for_another_one(alone: Alone, tmp_path: Path) -> None:
    home = _home(tmp_path / "home")
    with _database(home) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('job_etl run', 0))")
        waiting = Run(home)
        assert waiting.wait_for("another run is at work on this database")
        waiting.process.send_signal(signal.SIGINT)
        said = waiting.ended()
    assert said.status == 130
    assert said.errors == ["interrupted; what was finished stays, and the same command goes on from there"]


def test_a_server_that_is_killed_fails_the_run_with_one_line_and_the_next_one_makes_it_good(
    alone: Alone, tmp_path: Path
) -> None:
    home = _home(tmp_path / "home")
    for stage, line in (
        ("staging", r"staging: .*server closed the connection"),
        ("marts", "marts: dbt: Database Error"),
    ):
        run = Run(home)
        assert run.wait_for(stage)
        with _database(home) as connection:
            _wait_for_client(connection, stage)
            postmaster = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
        said = run.ended()
        assert said.status == 1
        (error,) = said.errors
        assert re.match(line, error), error
    assert Run(home).ended().status == 0
    _assert_as_if_left_alone(home, alone)


def _wait_for_client(connection: psycopg.Connection, stage: str) -> None:
    """Wait until a stage works in the database."""
    name = {"staging": "job-etl", "marts": "job-etl-dbt"}[stage]
    working = "select from pg_stat_activity where application_name = %s and state <> 'idle'"
    while connection.execute(working, [name]).fetchone() is None:
        time.sleep(0.01)


def test_a_run_that_is_interrupted_stops_at_once_and_leaves_no_process(alone: Alone, tmp_path: Path) -> None:
    home = _home(tmp_path / "home")
    for stage in ("dagster", "staging", "marts"):
        run = Run(home)
        assert run.wait_for(stage)
        time.sleep(min(1.0, alone.seconds[stage] / 2))
        run.process.send_signal(signal.SIGTERM)
        said = run.ended()
        assert said.status == 130
        assert said.errors == ["interrupted; what was finished stays, and the same command goes on from there"]
        _wait_until_gone(run.process.pid)
    assert _unfinished_runs(home) == 0


def _wait_until_gone(group: int) -> None:
    """Wait for the last helpers of Python's multiprocessing, which end by themselves when they have nobody to help."""
    deadline = time.monotonic() + 10
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.killpg(group, 0)
            assert time.monotonic() < deadline, "a process is left"
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_the_ui_runs_beside_a_run_and_leaves_no_process_when_it_is_ended(
    alone: Alone, tmp_path: Path, number: signal.Signals
) -> None:
    home = _home(tmp_path / "home")
    url = unreachable_url()
    command = [JOB_ETL, "dev", "--port", url.rpartition(":")[2]]
    with (tmp_path / "log").open("w") as log:
        ui = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log, start_new_session=True)
    _wait_for_ui(url)
    if number is signal.SIGINT:
        assert Run(home).ended().status == 0
        _assert_as_if_left_alone(home, alone)
    ui.send_signal(number)
    assert ui.wait(30) == 0
    deadline = time.monotonic() + 20  # the database's server stays a little, in case somebody needs it again
    while left := _processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def _wait_for_ui(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/server_info").is_success:
                return
        time.sleep(0.2)
    raise AssertionError("the UI did not come up")


def _processes_of(home: Path) -> list[str]:
    """The command lines of the processes that were started with a home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"JOB_ETL_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found
