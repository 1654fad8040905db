"""The graph on Celery workers over a real Redis: the same tables as one process makes, also when workers are killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import psutil
import psycopg
import pytest
from psycopg import sql

from job_etl.landing import Landing
from job_etl.sample.corpus import land_corpus
from job_etl.warehouse.connect import connect
from job_etl_tests.commands import surroundings
from job_etl_tests.conftest import on_database
from job_etl_tests.warehouse.boards import tables

pytestmark = [pytest.mark.scale, pytest.mark.timeout(1800)]

REDIS = shutil.which("redis-server")
POSTINGS = 2_000
SHARDS = 4
PATIENCE_SECONDS = 40

_DAGSTER_YAML = """\
telemetry: {{enabled: false}}
storage:
  postgres:
    postgres_url: {url}
"""


@dataclass(slots=True)
class Cluster:
    """One database for the data, one for Dagster, and any number of workers at one queue."""

    home: Path
    data_url: str
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> None:
        """Start a worker with one process to work in, and wait until it listens."""
        log = self.home / f"worker-{len(self.workers)}.log"
        options = [
            "--loglevel",
            "INFO",
            "--queues",
            "dagster",
            "--concurrency",
            "1",
            "--hostname",
            f"w{len(self.workers)}@%h",
        ]
        with log.open("wb") as output:
            worker = subprocess.Popen(
                [_beside_python("celery"), "--app", "job_etl.celery_worker", "worker", *options],
                env=self.environment,
                cwd=self.home,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.workers.append(worker)
        while b" ready." not in log.read_bytes():
            assert worker.poll() is None, log.read_text()
            time.sleep(0.1)

    def run(self) -> subprocess.Popen[str]:
        """Start a run of everything behind the landing zone."""
        return subprocess.Popen(
            [_beside_python("dagster"), "job", "execute", "-m", "job_etl.definitions", "-j", "load_landed"],
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def made(self) -> dict[str, list[Any]]:
        """What raw, staging and marts say, without surrogate ids and load times."""
        ranked = (
            "select to_jsonb(f) - array['job_id', 'company_id', 'ingested_at'] from marts.fact_jobs f order by hash_key"
        )
        with connect(self.data_url) as connection:
            return tables(connection) | {"ranked": connection.execute(ranked).fetchall()}

    def seconds(self) -> float:
        """From the start of the last run's loading to the end of its staging."""
        with dg.DagsterInstance.from_config(str(self.home / "dagster")) as instance:
            (run,) = instance.get_runs(limit=1)
            steps = {step.step_key: step for step in instance.get_run_step_stats(run.run_id)}
        loading = [step.start_time for key, step in steps.items() if key.startswith(("shards__loaded", "raw__"))]
        began, ended = min(filter(None, loading)), steps["staging"].end_time
        assert ended is not None
        return ended - began

    def kill_workers(self) -> None:
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if REDIS is None:
        pytest.skip("there is no Redis: apt-get install redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL)
    try:
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    landing = Landing(str(tmp_path_factory.mktemp("corpus")))
    land_corpus(landing, POSTINGS)
    return landing


@contextmanager
def _cluster(server_url: str, template: str, home: Path, landing: Landing, **settings: str) -> Iterator[Cluster]:
    (home / "config").mkdir(parents=True)
    (home / "config" / "sources.yml").write_text("{}")  # a run that asks for a crawl gets none
    (home / "dagster").mkdir()
    names = [f"test_{uuid4().hex}" for _ in range(2)]
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("create database {} template {}").format(*map(sql.Identifier, (names[0], template))))
        server.execute(sql.SQL("create database {}").format(sql.Identifier(names[1])))
    data_url, dagster_url = (on_database(server_url, name) for name in names)
    storage = dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    (home / "dagster" / "dagster.yaml").write_text(_DAGSTER_YAML.format(url=storage))
    environment = surroundings(
        home,
        DAGSTER_HOME=str(home / "dagster"),
        JOB_ETL_CONFIG_DIR=str(home / "config"),
        JOB_ETL_DATABASE_URL=data_url,
        JOB_ETL_LANDING_URL=landing.url,
        **settings,
    )
    cluster = Cluster(home, data_url, environment)
    try:
        yield cluster
    finally:
        cluster.kill_workers()
        with psycopg.connect(server_url, autocommit=True) as server:
            for name in names:
                server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def _end(run: subprocess.Popen[str]) -> None:
    output, _ = run.communicate()
    assert run.returncode == 0, output[-5000:]


def _assert_same(made: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    for table, rows in expected.items():
        assert len(made[table]) == len(rows), table
        for row, other in zip(made[table], rows, strict=True):
            assert row == other, table


@dataclass(frozen=True, slots=True)
class Alone:
    """What one process made without shards, and its seconds from loading to staging."""

    made: dict[str, list[Any]]
    seconds: float


@pytest.fixture(scope="module")
def alone(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory, landing: Landing) -> Alone:
    with _cluster(server_url, template, tmp_path_factory.mktemp("alone") / "home", landing) as cluster:
        _end(cluster.run())
        return Alone(cluster.made(), cluster.seconds())


@pytest.fixture
def cluster(server_url: str, template: str, tmp_path: Path, landing: Landing, broker: str) -> Iterator[Cluster]:
    settings = {
        "JOB_ETL_EXECUTOR": "celery",
        "JOB_ETL_CELERY_BROKER": f"{broker}/0",
        "JOB_ETL_CELERY_PATIENCE": str(PATIENCE_SECONDS),
        "JOB_ETL_SHARDS": str(SHARDS),
    }
    with _cluster(server_url, template, tmp_path / "home", landing, **settings) as cluster:
        yield cluster


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_make_what_one_process_makes(
    cluster: Cluster, alone: Alone, workers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(workers):
        cluster.start_worker()
    _end(cluster.run())
    _assert_same(cluster.made(), alone.made)
    with capsys.disabled():
        seconds, cores = cluster.seconds(), os.cpu_count()
        print(
            f"\n{POSTINGS} payloads from landing zone to staging: one process {alone.seconds:.0f} s, {workers} workers"
            f" {seconds:.0f} s, on {cores} cores",
            end=" ",
        )


def test_a_worker_killed_in_the_middle_of_a_shard_loses_nothing(cluster: Cluster, alone: Alone) -> None:
    """Of one worker the processes at work are killed, which it notices; another is killed as a whole."""
    for _ in range(3):
        cluster.start_worker()
    run = cluster.run()
    with connect(cluster.data_url) as connection:
        while connection.execute("select exists (select from staging.readings)").fetchone() != (True,):
            assert run.poll() is None, run.communicate()[0][-5000:]
            time.sleep(0.02)
    for at_work in psutil.Process(cluster.workers[0].pid).children():
        at_work.kill()
    os.killpg(cluster.workers[1].pid, signal.SIGKILL)
    _end(run)
    _assert_same(cluster.made(), alone.made)
