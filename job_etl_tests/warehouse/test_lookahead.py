"""What is read before its batch is there, by real processes over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from job_etl.landing import Landing
from job_etl.normalize.version import normalizer_version
from job_etl.warehouse import lookahead, readers
from job_etl.warehouse.deriving import Readings
from job_etl.warehouse.lookahead import Lookahead
from job_etl_tests.warehouse.boards import bring_in, day, land, load, posting, tables

BATCH = 50


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many payloads each batch took of what was read ahead, with processes that start at once."""
    monkeypatch.setattr(readers, "_FEW", 1)
    batches: list[int] = []
    take = Lookahead.take

    def counted(self: Lookahead, cursor: psycopg.Cursor[object]) -> Iterator[Readings]:
        batches.append(0)
        for readings in take(self, cursor):
            batches[-1] += readings.read
            yield readings

    monkeypatch.setattr(Lookahead, "take", counted)
    return batches


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """Three boards on three days, and a posting that moves from one to another."""
    landing = Landing(str(tmp_path / "landing"))
    for number, board in enumerate(("northwind", "tailspin", "contoso")):
        first, hour = 1000 * number, timedelta(hours=number)
        postings = [posting(first + each) for each in range(60)]
        land(landing, day(0) + hour, [*postings, {"title": "No id"}], board=board)
        land(landing, day(1) + hour, [posting(first + each, title="Staff") for each in range(0, 60, 3)], board=board)
        land(landing, day(2) + hour, [*postings[:40], posting(7777)][number % 2 :], board=board)
    return landing


def _as_read_by_one(other_connection: psycopg.Connection, landing: Landing) -> dict[str, list[object]]:
    bring_in(other_connection, landing, processes=1, batch_payloads=BATCH)
    return tables(other_connection)


def test_batches_take_what_was_read_ahead_and_the_tables_are_the_same(
    connection: psycopg.Connection, other_connection: psycopg.Connection, landing: Landing, taken: list[int]
) -> None:
    staged = bring_in(connection, landing, processes=2, batch_payloads=BATCH)
    assert staged.crawls == 9
    # All but what the first batch read, and what was read in one chunk with a payload that another board showed later.
    assert sum(taken) > 0.6 * staged.read
    assert tables(connection) == _as_read_by_one(other_connection, landing)


def test_a_process_is_given_so_much_to_read_ahead_and_no_more(
    connection: psycopg.Connection, landing: Landing, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookahead, "_EACH", 10)
    bring_in(connection, landing, processes=2, batch_payloads=BATCH)
    assert 0 < max(taken) <= 20


def test_what_a_batch_need_not_read_is_not_taken(
    connection: psycopg.Connection, other_connection: psycopg.Connection, landing: Landing, taken: list[int]
) -> None:
    for each in (connection, other_connection):
        load(each, landing)
        # Refused already: the tables are to be as if nobody had looked at these again.
        each.execute(
            "insert into raw.rejects (crawl_id, line, source, board, source_job_id, raw_id, reason, normalizer_version)"
            " select crawl_id, line, source, board, source_job_id, raw_id, 'refused before', %s"
            " from raw.job_postings_raw where source_job_id = any(array['3', '1003', '2003'])",
            [normalizer_version()],
        )
    bring_in(connection, landing, processes=2, batch_payloads=BATCH)
    assert sum(taken) > 0
    assert not connection.execute(
        "select from staging.postings where source_job_id in ('3', '1003', '2003')"
    ).fetchall()
    assert tables(connection) == _as_read_by_one(other_connection, landing)
