"""Runs that are killed, interrupted or run beside each other, told from one that was left alone by nothing.

Everything is the real thing: the command in a process group of its own, the embedded server, dbt, SIGKILL. Where a run
is killed is measured from its progress: a stage begins, and a random part of the time that stage took when it was left
alone goes by. The times are seeded, and `FAULTS_SEED` chooses others.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from job_etl_tests.commands import JOB_ETL
from job_etl_tests.faults.runs import Alone, Run, assert_as_if_left_alone, database, environment, unfinished_runs
from job_etl_tests.provider import unreachable_url
from job_etl_tests.warehouse.boards import row_versions

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("FAULTS_SEED", "2026"))

MOMENTS = ["bootstrap", "raw", "raw", "raw", "staging", "staging", "staging", "marts", "marts", "exports"]
"""The stages in which a run is killed, one run after the other."""


def test_a_run_killed_at_ten_moments_and_run_again_makes_what_one_left_alone_makes(
    alone: Alone, landed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    for number, stage in enumerate(MOMENTS, 1):
        run = Run(landed)
        assert run.wait_for(stage), run.ended().err
        _let_pass(landed, stage, chance, alone)
        run.kill()
        with capsys.disabled():
            print(f"\nkill {number}, in {stage}: loaded, staged, ranked: {_progress(landed)}", end=" ")
    last = Run(landed).ended()
    assert (last.status, last.errors) == (0, [])
    assert_as_if_left_alone(landed, alone)
    assert unfinished_runs(landed) == 0

    with database(landed) as connection:
        before = _written(connection)
    again = Run(landed).ended()
    assert again.status == 0
    assert "Nothing new" in again.out
    with database(landed) as connection:
        assert _written(connection) == before
    assert_as_if_left_alone(landed, alone)


def _written(connection: psycopg.Connection) -> dict[str, int]:
    """Row versions written in each table but for the one in which a run notes that it ran."""
    return {table: count for table, count in row_versions(connection).items() if table != "ops.run_stats"}


def _progress(home: Path) -> tuple[int, ...]:
    """Crawls loaded, crawls staged and jobs ranked."""
    with database(home) as connection:
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
        with database(home) as connection:
            while connection.execute("select count(*) >= %s from raw.crawls", [target]).fetchone() != (True,):
                time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
    else:
        done = _progress(home)[1] / len(alone.made["crawls"]) if stage == "staging" else 0.0
        time.sleep(chance.uniform(0, 0.7) * (1 - done) * alone.seconds[stage])


def test_two_runs_at_once_make_what_one_left_alone_makes(alone: Alone, landed: Path) -> None:
    """One by the command and one by Dagster's own, which knows of no turns."""
    mine = Run(landed)
    dagster = str(Path(sys.executable).with_name("dagster"))
    dagsters = subprocess.run(
        [dagster, "asset", "materialize", "-m", "job_etl.definitions", "--select", "*"],
        env=environment(landed) | {"DAGSTER_HOME": str(landed / "dagster")},
        capture_output=True,
        text=True,
    )
    said = mine.ended()
    assert (said.status, said.errors) == (0, [])
    assert dagsters.returncode == 0, dagsters.stderr[-3000:]
    assert_as_if_left_alone(landed, alone)


def test_a_run_of_the_command_waits_for_another_one(alone: Alone, landed: Path) -> None:
    with database(landed) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('job_etl run', 0))")
        waiting = Run(landed)
        assert waiting.wait_for("another run is at work on this database")
        waiting.process.send_signal(signal.SIGINT)
        said = waiting.ended()
    assert said.status == 130
    assert said.errors == ["interrupted; what was finished stays, and the same command goes on from there"]


def test_a_run_that_is_interrupted_stops_at_once_and_leaves_no_process(alone: Alone, landed: Path) -> None:
    for stage in ("dagster", "staging", "marts"):
        run = Run(landed)
        assert run.wait_for(stage)
        time.sleep(min(1.0, alone.seconds[stage] / 2))
        run.process.send_signal(signal.SIGTERM)
        said = run.ended()
        assert said.status == 130
        assert said.errors == ["interrupted; what was finished stays, and the same command goes on from there"]
        _wait_until_gone(run.process.pid)
    assert unfinished_runs(landed) == 0


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
    alone: Alone, landed: Path, tmp_path: Path, number: signal.Signals
) -> None:
    url = unreachable_url()
    command = [JOB_ETL, "dev", "--port", url.rpartition(":")[2]]
    with (tmp_path / "log").open("w") as log:
        ui = subprocess.Popen(command, env=environment(landed), stdout=log, stderr=log, start_new_session=True)
    _wait_for_ui(url)
    if number is signal.SIGINT:
        assert Run(landed).ended().status == 0
        assert_as_if_left_alone(landed, alone)
    ui.send_signal(number)
    assert ui.wait(30) == 0
    deadline = time.monotonic() + 20  # the database's server stays a little, in case somebody needs it again
    while left := _processes_of(landed):
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
