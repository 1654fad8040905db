"""Every real board, landed and brought in: nothing lost, nothing twice, closed when it left."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from job_etl.landing import Landing
from job_etl.model import Board
from job_etl.replay import replay
from job_etl.saved import land_files
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import connect
from job_etl.warehouse.staging import Staged
from job_etl_tests.realdata import Capture, captures, needs_realdata
from job_etl_tests.warehouse.boards import bring_in, row_versions, tables

pytestmark = [pytest.mark.realdata, needs_realdata]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    landing = Landing(str(tmp_path_factory.mktemp("landing")))
    for capture in captures():
        board = Board(capture.source, capture.board)
        land_files(landing, SOURCES[capture.source], board, [str(capture.file)], collected_at=capture.collected_at)
    return landing


@pytest.fixture(scope="module")
def warehouse(shared_database_url: str, landing: Landing) -> Iterator[psycopg.Connection]:
    with connect(shared_database_url) as connection:
        bring_in(connection, landing)
        yield connection


def shown(capture: Capture) -> list[str]:
    """The ids in a capture, read by the test itself."""
    answer: Any = json.loads(capture.file.read_text())
    if isinstance(answer, dict):
        answer = next(answer[key] for key in ("jobs", "results", "data") if key in answer)
    key = "slug" if capture.source == "arbeitnow" else "id"
    return [str(item[key]) for item in answer if key in item]


def test_every_posting_of_the_files_is_in_staging_or_rejected_with_a_reason(warehouse: psycopg.Connection) -> None:
    in_files = {(capture.source, identity) for capture in captures() for identity in shown(capture)}
    in_staging = warehouse.execute("select source, source_job_id from staging.postings").fetchall()
    rejected = warehouse.execute("select source, source_job_id, reason from raw.rejects").fetchall()
    assert len(in_staging) == len(set(in_staging))
    refused = {(source, identity) for source, identity, _ in rejected}
    assert in_files == set(in_staging) | refused
    assert all(reason for *_, reason in rejected)
    assert len(refused - set(in_staging)) < 0.01 * len(in_files)


def test_a_posting_is_closed_on_the_date_of_the_first_crawl_without_it(warehouse: psycopg.Connection) -> None:
    boards: dict[tuple[str, str], list[tuple[datetime, set[str]]]] = defaultdict(list)
    for capture in captures():
        boards[capture.source, capture.board].append((capture.collected_at, set(shown(capture))))
    expected = {}
    for (source, _), crawls in boards.items():
        for identity in set().union(*(ids for _, ids in crawls)):
            seen = [when for when, ids in crawls if identity in ids]
            later = [when for when, _ in crawls if when > seen[-1]]
            expected[source, identity] = (seen[0], seen[-1], later[0] if later else None)
    found = {
        (source, identity): times
        for source, identity, *times in warehouse.execute(
            "select source, source_job_id, first_seen_at, last_seen_at, closed_at from staging.postings"
        )
    }
    assert {key: list(expected[key]) for key in found} == found


def test_running_again_writes_no_row(warehouse: psycopg.Connection, landing: Landing) -> None:
    before = row_versions(warehouse)
    assert bring_in(warehouse, landing) == Staged()
    assert row_versions(warehouse) == before


def test_every_payload_reads_again_as_it_did(warehouse: psycopg.Connection) -> None:
    told: list[object] = []
    replayed = replay(warehouse, SOURCES, SOURCES, dry_run=True, tell=told.append)
    assert told == []
    assert (replayed.changed, replayed.refused, replayed.accepted) == (0, 0, 0)


def test_delete_and_load_again_gives_the_same_tables(
    warehouse: psycopg.Connection, connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    bring_in(connection, landing, batch_payloads=700)
    assert tables(connection) == tables(warehouse)


def test_two_captures_of_one_board_name_what_changed(warehouse: psycopg.Connection) -> None:
    kinds = dict(warehouse.execute("select kind, count(*) from staging.posting_changes group by kind").fetchall())
    assert set(kinds) == {"opened", "changed", "closed", "reopened"}
