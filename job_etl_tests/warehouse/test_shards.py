"""Workers that load and read ahead: the tables come out as if one process had done it all, however the workers end."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl.sample import land_sample
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import connect
from job_etl.warehouse.shards import Shard, configured_shards, load_shard, read_ahead
from job_etl.warehouse.staging import Staged, stage_crawls
from job_etl_tests.warehouse.boards import bring_in, day, land, load, posting, tables

WORKERS = 8

_WORKER = """
import sys
from job_etl.landing import Landing
from job_etl.sources import SOURCES
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect
from job_etl.warehouse.shards import Shard, load_shard, read_ahead
url, landing, number, of = sys.argv[1:]
shard = Shard(int(number), int(of))
with connect(url) as connection:
    if landing:
        load_shard(connection, Landing(landing), SOURCES, shard)
    read_ahead(connection, SOURCES, shard, on_progress=lambda read: print(read, flush=True))
"""


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    landing = Landing(str(tmp_path_factory.mktemp("sample")))
    land_sample(landing)
    return landing


def _worker(url: str, shard: Shard, landing: str = "") -> subprocess.Popen[str]:
    arguments = [url, landing, str(shard.number), str(shard.of)]
    return subprocess.Popen([sys.executable, "-c", _WORKER, *arguments], stdout=subprocess.PIPE, text=True)


def _readings(connection: psycopg.Connection) -> int:
    (count,) = connection.execute("select count(*) from staging.readings").fetchone() or (0,)
    return int(count)


def _end(workers: Sequence[subprocess.Popen[str]]) -> None:
    for worker in workers:
        worker.kill()
        worker.communicate()


def test_shards_are_every_payload_once(connection: psycopg.Connection, sample: Landing) -> None:
    for number in range(3):
        load_shard(connection, sample, SOURCES, Shard(number, 3))
    assert load(connection, sample) == ([], [])
    read = [read_ahead(connection, SOURCES, Shard(number, 3)) for number in range(3)]
    assert min(read) > 0.2 * sum(read)
    assert _readings(connection) == sum(read)
    assert read_ahead(connection, SOURCES, Shard(0, 3)) == 0
    staged = stage_crawls(connection, SOURCES)
    assert staged.read >= sum(read)
    assert _readings(connection) == 0


def test_what_was_read_ahead_gives_the_tables_that_reading_gives(
    connection: psycopg.Connection, other_connection: psycopg.Connection, user_database_url: str, sample: Landing
) -> None:
    load(connection, sample)
    with connect(user_database_url) as worker:
        for number in range(2):
            read_ahead(worker, SOURCES, Shard(number, 2))
        staged = stage_crawls(worker, SOURCES)
    assert staged == bring_in(other_connection, sample)
    assert tables(connection) == tables(other_connection)


@pytest.mark.parametrize(
    "change",
    [
        "normalizer_version = 'older'",
        "crawl_id = (select crawl_id from raw.crawls where company = 'Other Name')",
    ],
    ids=["older rules", "facts of another crawl"],
)
def test_a_reading_is_taken_unless_by_other_rules_or_with_other_facts_of_the_board(
    connection: psycopg.Connection, landing: Landing, change: str
) -> None:
    for board, company in (("northwind", "Northwind"), ("other", "Other Name")):
        with landing.write(Board("lever", board, company), collected_at=day(0)) as crawl:
            crawl.add({"id": f"{board}-1", "text": "Data Engineer", "categories": {"location": "Lisbon"}})
            crawl.finish(Outcome.COMPLETE)
    load(connection, landing)
    assert read_ahead(connection, SOURCES, Shard(0, 1)) == 2
    connection.execute("update staging.readings set title = 'As read ahead'")
    connection.execute(f"update staging.readings set {change} where company = 'Northwind'")
    stage_crawls(connection, SOURCES)
    titles = connection.execute("select title from staging.postings order by company").fetchall()
    assert titles == [("Data Engineer",), ("As read ahead",)]
    assert _readings(connection) == 0


def test_a_worker_slower_than_the_staging_leaves_nothing_behind(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    load(connection, landing)
    read_ahead(connection, SOURCES, Shard(0, 1))
    connection.execute("create temporary table late as table staging.readings")
    stage_crawls(connection, SOURCES)
    connection.execute("insert into staging.readings table late")
    assert stage_crawls(connection, SOURCES) == Staged()
    assert _readings(connection) == 0


def test_payloads_that_cannot_be_read_are_left_to_the_staging_with_their_reasons(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1), {"title": "no id"}, ["not", "an", "object"]])
    load(connection, landing)
    assert read_ahead(connection, SOURCES, Shard(0, 1)) == 1
    staged = stage_crawls(connection, SOURCES)
    assert (staged.read, staged.rejected) == (1, 2)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1001"])
def test_a_wrong_number_of_shards_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("JOB_ETL_SHARDS", text)
    with pytest.raises(ConfigError, match="JOB_ETL_SHARDS"):
        configured_shards()


@pytest.mark.faults
def test_eight_workers_two_to_a_shard_and_killed_at_random_make_what_one_process_makes(
    database_url: str,
    connection: psycopg.Connection,
    other_connection: psycopg.Connection,
    landing: Landing,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(2026)
    for number in range(3):
        for board in ("northwind", "harbour", "quarry"):
            bodies = [posting(f"{board}-{n}", f"Engineer {n // 7 + number}", content="text " * 300) for n in range(500)]
            land(landing, day(number), bodies, board=board)
    load(connection, landing)
    shards = [Shard(number % (WORKERS // 2), WORKERS // 2) for number in range(WORKERS)]
    killed = 0
    for _ in range(2):
        workers = [_worker(database_url, shard) for shard in shards]
        try:
            before = _readings(connection)
            while _readings(connection) == before and any(worker.poll() is None for worker in workers):
                time.sleep(0.02)
            for worker in chance.sample(workers, 5):
                time.sleep(chance.uniform(0, 0.3))
                killed += worker.poll() is None
                worker.send_signal(signal.SIGKILL)
        finally:
            _end(workers)
    last = [_worker(database_url, shard) for shard in shards]
    assert [worker.wait() for worker in last] == [0] * WORKERS, "a deadlock, or another trouble"
    read = _readings(connection)
    with capsys.disabled():
        print(f"\n{killed} workers were killed at work; {read} payloads read ahead", end=" ")
    staged = stage_crawls(connection, SOURCES)
    assert staged.read == read
    assert staged == bring_in(other_connection, landing)
    assert tables(connection) == tables(other_connection)
