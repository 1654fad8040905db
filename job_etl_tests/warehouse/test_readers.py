from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest

from job_etl.errors import TransientError
from job_etl.landing import Landing
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import connect
from job_etl.warehouse.deriving import Readings, Unread, derive
from job_etl.warehouse.readers import Readers
from job_etl_tests.warehouse.boards import bring_in, day, land, posting, tables


def _unread(number: int) -> Unread:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    payload = json.dumps(posting(number) if number % 7 else {"title": "No id"}).encode()
    identity = str(number) if number % 7 else None
    return Unread(
        uuid.UUID(int=number), payload, when, 1, number, "greenhouse", identity, "northwind", None, b"{}", when, when
    )


def _chunks(count: int, size: int = 200) -> Iterator[list[Unread]]:
    for first in range(1, count, size):
        yield [_unread(number) for number in range(first, first + size)]


def _all(readings: Iterator[Readings]) -> list[Readings]:
    return list(readings)


def test_processes_read_what_this_one_reads_in_the_same_order() -> None:
    alone = [derive(chunk, SOURCES, "1") for chunk in _chunks(3000)]
    with Readers(3) as readers:
        assert _all(readers.read(_chunks(3000), SOURCES, "1")) == alone
        assert _all(readers.read(_chunks(400), SOURCES, "1")) == alone[:2]


def _started_since(before: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in psutil.Process().children() if process not in before]


def test_few_payloads_start_no_process() -> None:
    before = psutil.Process().children()
    with Readers(2) as readers:
        assert len(_all(readers.read(_chunks(600), SOURCES, "1"))) == 3
        assert not _started_since(before)


def test_processes_end_with_their_readers_also_when_reading_is_left_unfinished() -> None:
    before = psutil.Process().children()
    with Readers(2) as readers:
        readings = readers.read(_chunks(4000), SOURCES, "1")
        for _ in range(8):
            next(readings)
        processes = _started_since(before)
        assert len(processes) == 2
    assert not any(process.is_running() for process in processes)


def test_a_process_that_is_killed_is_a_transient_failure_in_one_line() -> None:
    before = psutil.Process().children()
    with Readers(2) as readers:
        readings = readers.read(_chunks(40_000), SOURCES, "1")
        for _ in range(8):
            next(readings)
        os.kill(_started_since(before)[0].pid, signal.SIGKILL)
        with pytest.raises(TransientError, match=r"^a process that reads payloads ended \(status -9\)"):
            _all(readings)


def test_what_goes_wrong_in_a_process_is_raised_here() -> None:
    with Readers(2) as readers:
        with pytest.raises(KeyError, match="greenhouse"):
            _all(readers.read(_chunks(1200), {}, "1"))
        assert psutil.Process().children()


def test_the_tables_are_the_same_however_many_processes_read(
    database_url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    landing = Landing(str(tmp_path / "landing"))
    for board in ("northwind", "tailspin"):
        land(landing, day(0), [posting(number) for number in range(900)] + [{"title": "No id"}], board=board)
        land(landing, day(1), [posting(number, title="Staff") for number in range(0, 900, 3)], board=board)
    bring_in(connection, landing, processes=2)
    in_processes = tables(connection)
    connection.execute("truncate staging.postings, staging.posting_changes, staging.job_postings_stg")
    connection.execute("truncate raw.crawls cascade")
    with connect(database_url) as own:
        bring_in(own, landing, processes=1)
        assert tables(own) == in_processes
