"""The archive: what leaves the database is in it, nothing else is touched, and the lives of postings go on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from job_etl.archive import Archived, archive, closed_before, query
from job_etl.errors import ConfigError, PermanentError
from job_etl.landing import Landing
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import connect, load_sql
from job_etl.warehouse.staging import stage_crawls
from job_etl_tests.commands import run
from job_etl_tests.warehouse.boards import bring_in, day, events, land, lives, load, posting, tables

LATER = datetime(2027, 6, 1, tzinfo=UTC)

_ARCHIVER = """
import sys
from datetime import datetime
from job_etl.archive import archive
from job_etl.warehouse.connect import connect
with connect(sys.argv[1]) as connection:
    print("ready", flush=True)
    archive(connection, sys.argv[2], datetime.fromisoformat(sys.argv[3]), part_postings=5)
"""


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "landing" / ".archive")


def _land_lives(landing: Landing, postings: int = 4) -> None:
    """Postings that close on day 2 but for the last of them, after the first changed; and one that is rejected."""
    everyone = [posting(number) for number in range(postings)]
    changed = [posting(0, "Staff Engineer"), *everyone[1:]]
    land(landing, day(0), everyone)
    land(landing, day(1), [*changed, {"title": "no id"}])
    land(landing, day(2), everyone[-1:])


def _everything(connection: psycopg.Connection, url: str | None = None) -> dict[str, Counter[Any]]:
    """Payloads, sightings and events by what names them: in the database and, where that is said, in the archive."""
    queries = {
        "payloads": "select crawl_key, line, source_job_id, payload_hash::text as hash from raw.job_postings_raw p"
        " join raw.crawls using (crawl_id) where source_job_id is not null",
        "sightings": "select c.crawl_key, p.source_job_id, d.crawl_key as of, p.line from raw.sightings s"
        " join raw.crawls c using (crawl_id) join raw.job_postings_raw p using (raw_id)"
        " join raw.crawls d on d.crawl_id = p.crawl_id where source_job_id is not null",
        "changes": "select source_job_id, changed_at, kind, field, new_value::text as new from staging.posting_changes",
    }
    archived = {
        "payloads": "select crawl_key, line, source_job_id, payload_hash from payloads",
        "sightings": "select crawl_key, source_job_id, payload_crawl_key, payload_line from sightings",
        "changes": "select source_job_id, changed_at, kind, field, new_value from changes",
    }
    found = {table: Counter(connection.execute(statement).fetchall()) for table, statement in queries.items()}
    if url is not None:
        for table, statement in archived.items():
            found[table] += Counter(tuple(row.values()) for row in query(url, statement).to_pylist())
    return found


def _contradictions(connection: psycopg.Connection) -> list[Any]:
    names = ["payloads_lost_before_raw", "payloads_lost_before_staging", "sightings_of_nothing"]
    return [row for name in names for row in connection.execute(load_sql(f"checks/{name}.sql"), {"limit": 9})]


def test_what_closed_long_ago_is_in_the_archive_and_the_rest_in_the_database(
    connection: psycopg.Connection, user_database_url: str, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    before, everything = tables(connection), _everything(connection)
    with connect(user_database_url) as user:
        counted = archive(user, url, LATER, dry_run=True)
        assert _everything(connection) == everything
        moved = archive(user, url, LATER)
    assert (moved.postings, moved.payloads, moved.sightings) == (3, 4, 6)
    assert moved.changes > 6  # opened, changed and closed
    assert moved == replace(counted, files=3, bytes=moved.bytes)
    assert _everything(connection, url) == everything
    assert sum(_everything(connection)["payloads"].values()) == 1
    after = tables(connection)
    for table in ("postings", "jobs", "rejects"):
        assert after[table] == before[table]
    assert _contradictions(connection) == []
    assert archive(connection, url, LATER) == Archived()
    assert stage_crawls(connection, SOURCES).crawls == 0
    assert load(connection, landing) == ([], [])


def test_only_what_closed_before_the_time_leaves_and_nothing_with_a_reject(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    land(landing, day(3), [])
    bring_in(connection, landing)
    assert archive(connection, url, day(2)) == Archived()
    assert archive(connection, url, day(2.5)).postings == 3
    connection.execute(
        "insert into raw.rejects (crawl_id, line, source, board, source_job_id, raw_id, reason)"
        " select crawl_id, line, source, board, source_job_id, raw_id, 'odd' from raw.job_postings_raw"
        " where source_job_id = '3'"
    )
    assert archive(connection, url, LATER) == Archived()


def test_an_archived_posting_that_is_seen_again_opens_again_and_leaves_again(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    archive(connection, url, LATER)
    land(landing, day(400), [posting(0), posting(3)])
    bring_in(connection, landing)
    assert lives(connection)["0"] == (day(0), day(400), None)
    assert ("0", day(400), "reopened", "") in events(connection)
    assert _contradictions(connection) == []
    land(landing, day(401), [posting(3)])
    bring_in(connection, landing)
    everything = _everything(connection, url)
    assert archive(connection, url, datetime(2028, 1, 1, tzinfo=UTC)).postings == 1
    assert _everything(connection, url) == everything


def test_a_board_whose_history_is_told_again_keeps_its_archived_postings(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    archive(connection, url, LATER)
    land(landing, day(400), [posting(0), posting(3)])
    land(landing, day(402), [posting(3)])
    bring_in(connection, landing)
    before = lives(connection)
    late = [posting(number) for number in range(4)]
    land(landing, day(0.5), late)  # a crawl of the time that is in the archive
    land(landing, day(401), [posting(0), posting(3)])
    bring_in(connection, landing)
    after = lives(connection)
    assert {name: after[name] for name in "123"} == {name: before[name] for name in "123"}
    assert after["0"] == (day(0), day(401), day(402))
    assert _contradictions(connection) == []


def test_a_posting_that_a_crawl_has_seen_which_is_not_brought_in_yet_stays(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    land(landing, day(400), [posting(1), posting(3)])
    load(connection, landing)
    assert archive(connection, url, LATER).postings == 2
    stage_crawls(connection, SOURCES)
    assert lives(connection)["1"] == (day(0), day(400), None)
    assert _contradictions(connection) == []


def test_a_load_under_way_postpones_what_it_has_seen(
    database_url: str, connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    land(landing, day(400), [posting(1), posting(3)])
    archiver = [sys.executable, "-c", _ARCHIVER, database_url, url, LATER.isoformat()]
    with connection.transaction():
        load(connection, landing)
        archiving = subprocess.Popen(archiver)
        waits = "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock')"
        with connect(database_url) as watching:
            while watching.execute(waits).fetchone() != (True,):
                assert archiving.poll() is None
                time.sleep(0.02)
    assert archiving.wait() == 0
    stage_crawls(connection, SOURCES)
    assert lives(connection)["1"] == (day(0), day(400), None)
    assert _contradictions(connection) == []
    assert connection.execute("select count(*) from raw.archived_postings").fetchone() == (0,)


def test_an_archive_of_a_database_that_was_built_again_has_the_same_files(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    archive(connection, url, LATER)
    files = {path.relative_to(url): path.read_bytes() for path in Path(url).rglob("*") if path.is_file()}
    connection.execute(
        "truncate raw.crawls, raw.job_postings_raw, raw.sightings, raw.rejects, raw.archived_postings,"
        " staging.postings, staging.posting_changes, staging.job_postings_stg"
    )
    bring_in(connection, landing)
    archive(connection, url, LATER)
    assert {path.relative_to(url): path.read_bytes() for path in Path(url).rglob("*") if path.is_file()} == files


def test_archiving_killed_at_any_moment_loses_nothing(
    database_url: str, connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    chance = random.Random(2026)
    _land_lives(landing, postings=120)
    bring_in(connection, landing)
    everything = _everything(connection)
    for _ in range(4):
        archiving = subprocess.Popen(
            [sys.executable, "-c", _ARCHIVER, database_url, url, LATER.isoformat()], stdout=subprocess.PIPE
        )
        assert archiving.stdout is not None
        archiving.stdout.readline()
        time.sleep(chance.uniform(0, 0.6))
        archiving.send_signal(signal.SIGKILL)
        archiving.communicate()
        assert _contradictions(connection) == []
    archive(connection, url, LATER, part_postings=5)
    assert connection.execute("select count(*) from raw.archived_postings").fetchone() == (119,)
    assert _everything(connection, url) == everything
    assert not list(Path(url).rglob("*.unfinished"))


def test_an_archive_that_cannot_be_written_is_one_line_and_nothing_leaves(
    connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    everything = _everything(connection)
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError, match="cannot write the archive") as caught:
        archive(connection, str(tmp_path / "file" / "below"), LATER)
    assert "\n" not in str(caught.value)
    assert _everything(connection) == everything


def test_an_age_is_counted_to_the_beginning_of_a_month() -> None:
    now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert closed_before("365d", now) == closed_before("1y", now) == datetime(2025, 11, 1, tzinfo=UTC)
    assert closed_before("2w", now) == datetime(2026, 11, 1, tzinfo=UTC)
    with pytest.raises(ConfigError, match="365d"):
        closed_before("a year", now)


def test_the_archive_is_asked_in_sql_and_says_what_is_wrong(
    connection: psycopg.Connection, landing: Landing, url: str
) -> None:
    with pytest.raises(PermanentError, match="nothing is archived"):
        query(url, "select 1")
    _land_lives(landing)
    bring_in(connection, landing)
    archive(connection, url, LATER)
    titles = (
        "select payload->>'title' as title, month from payloads where source = 'greenhouse' group by all order by 1"
    )
    assert query(url, titles).to_pylist() == [
        {"title": "Data Engineer", "month": "2026-03"},
        {"title": "Staff Engineer", "month": "2026-03"},
    ]
    with pytest.raises(PermanentError, match=r"DuckDB: Catalog Error.*postings") as caught:
        query(url, "select * from postings")
    assert "\n" not in str(caught.value)


def test_the_command_moves_counts_and_asks(
    database_url: str, connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    _land_lives(landing)
    bring_in(connection, landing)
    settings = {"JOB_ETL_DATABASE_URL": database_url, "JOB_ETL_LANDING_URL": landing.url}
    counted = run("archive", "--older-than", "1d", "--dry-run", "--json", home=tmp_path, **settings)
    assert (counted.status, counted.json["payloads"], counted.json["files"]) == (0, 4, 0)
    moved = run("archive", "--older-than", "1d", home=tmp_path, **settings)
    assert (moved.status, moved.errors) == (0, [])
    assert "3 postings" in moved.out
    asked = run("archive", "query", "select count(*) as n from sightings", "--json", home=tmp_path, **settings)
    assert asked.json == [{"n": 6}]
    wrong = run("archive", "--older-than", "soon", home=tmp_path, **settings)
    assert (wrong.status, wrong.errors) == (1, ["'soon' is no age: say 365d, 52w or 1y"])
