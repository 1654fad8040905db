from __future__ import annotations

from pathlib import Path

import psycopg

from job_etl.landing import Landing
from job_etl_tests.warehouse.boards import bring_in, day, land, posting


def _known_pages(connection: psycopg.Connection) -> dict[str, int]:
    """The pages that the planner knows of each table."""
    return dict(
        connection.execute(
            "select oid::regclass::text, relpages from pg_class"
            " where oid in ('raw.job_postings_raw'::regclass, 'staging.postings'::regclass)"
        ).fetchall()
    )


def test_tables_that_have_doubled_are_analyzed_and_others_are_left_alone(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    landing = Landing(str(tmp_path / "landing"))
    land(landing, day(0), [posting(number) for number in range(2000)])
    bring_in(connection, landing)
    first = _known_pages(connection)
    assert min(first.values()) > 0
    land(landing, day(1), [posting(f"b{number}") for number in range(20)], board="second")
    bring_in(connection, landing)
    assert _known_pages(connection) == first
    land(landing, day(2), [posting(f"c{number}") for number in range(2500)], board="third")
    bring_in(connection, landing)
    assert all(pages > 2 * first[table] for table, pages in _known_pages(connection).items())


def _gone_through(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows were read by going through a whole table."""
    connection.execute("select pg_stat_force_next_flush()")
    return dict(
        connection.execute(
            "select schemaname || '.' || relname, seq_tup_read from pg_stat_user_tables where relname in"
            " ('job_postings_raw', 'sightings', 'postings', 'job_postings_stg', 'posting_changes')"
        ).fetchall()
    )


def test_a_small_crawl_goes_through_no_large_table(connection: psycopg.Connection, tmp_path: Path) -> None:
    landing = Landing(str(tmp_path / "landing"))
    for board in range(60):
        jobs = (posting(f"{board} {number}", title=f"Engineer {board} {number}") for number in range(75))
        land(landing, day(0), jobs, board=f"board{board}")
    bring_in(connection, landing)
    before = _gone_through(connection)
    few = [posting(f"d{number}", title=f"Nurse {number}") for number in range(5)]
    land(landing, day(1), few, board="another")
    bring_in(connection, landing)
    land(landing, day(2), few[:3], board="another")
    bring_in(connection, landing)
    assert {table: read - before[table] for table, read in _gone_through(connection).items()} == dict.fromkeys(
        before, 0
    )
