"""Stored payloads read again by a source that was mended, on a real database."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from job_etl.cli import app
from job_etl.errors import UnreadablePayload
from job_etl.landing import Landing
from job_etl.model import Board, GivenPosting, Payload
from job_etl.replay import Difference, Refusal, Replayed, replay
from job_etl.sources import SOURCES
from job_etl.sources.base import Source
from job_etl.sources.greenhouse import Greenhouse
from job_etl.warehouse.staging import stage_crawls
from job_etl_tests.warehouse.boards import day, events, land, lives, load, posting, row_versions, tables


class Faulty(Greenhouse):
    """Reads no requisition, takes a title in capitals for no title, and refuses what is about whales."""

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        given = super().read(payload, board)
        if given.title and "Whale" in given.title:
            raise UnreadablePayload("whales are not known")
        title = None if given.title and given.title.isupper() else given.title
        return replace(given, requisition_id=None, title=title)


FAULTY: dict[str, Source] = {**SOURCES, "greenhouse": Faulty()}
POSTINGS = [
    posting(1, requisition_id="R-7"),
    posting(2, title="ANALYST"),
    posting(3),
    posting(4, title="Whale Watcher"),
]
CHANGES = [("1", "requisition_id", None, "R-7"), ("2", "title", None, "ANALYST")]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


@pytest.fixture
def misread(connection: psycopg.Connection, landing: Landing) -> psycopg.Connection:
    """A database that a faulty source filled; the fourth posting was there from the first day to the second."""
    land(landing, day(0), POSTINGS)
    land(landing, day(1), POSTINGS)
    land(landing, day(2), POSTINGS[:3])
    land(landing, day(2), [posting(7)], board="other")
    load(connection, landing)
    stage_crawls(connection, FAULTY)
    return connection


def run(connection: psycopg.Connection, **options: Any) -> tuple[Replayed, list[tuple[Any, ...]]]:
    """Replay Greenhouse; what was told, without the fields that follow from others."""
    told: list[tuple[Any, ...]] = []

    def tell(found: Difference | Refusal) -> None:
        if isinstance(found, Refusal):
            told.append((found.source_job_id, found.reason))
        elif found.field in ("title", "requisition_id"):
            told.append((found.source_job_id, found.field, found.old_value, found.new_value))

    return replay(connection, options.pop("sources", SOURCES), ["greenhouse"], tell=tell, **options), told


def test_what_reads_otherwise_is_told_field_by_field_and_mended(misread: psycopg.Connection) -> None:
    replayed, told = run(misread)
    assert told == CHANGES
    assert replayed == Replayed(read=5, changed=2, refused=0, accepted=1, rejects=0)
    assert misread.execute("select title, requisition_id from staging.postings order by source_job_id").fetchall() == [
        ("Data Engineer", "R-7"),
        ("ANALYST", None),
        ("Data Engineer", None),
        ("Whale Watcher", None),
        ("Data Engineer", None),
    ]


def test_a_reject_that_can_be_read_has_been_on_its_board_all_along(misread: psycopg.Connection) -> None:
    assert "4" not in lives(misread)
    run(misread)
    assert lives(misread)["4"] == (day(0), day(1), day(2))
    assert ("4", day(2), "closed", "") in events(misread)
    assert not [event for event in events(misread) if event[2] == "changed"]
    assert misread.execute("select count(*) from raw.rejects").fetchone() == (0,)


def test_after_a_replay_the_tables_are_as_if_the_source_had_never_been_faulty(
    misread: psycopg.Connection, database_url: str, landing: Landing
) -> None:
    run(misread)
    mended = tables(misread)
    misread.execute("truncate raw.crawls, raw.job_postings_raw, raw.sightings, raw.rejects, staging.postings,"
                    " staging.posting_changes, staging.job_postings_stg cascade")  # fmt: skip
    load(misread, landing)
    stage_crawls(misread, SOURCES)
    assert tables(misread) == mended


def test_a_replay_that_was_killed_before_it_mended_anything_is_told_and_done_by_the_next(
    misread: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("job_etl.replay.stage_crawls", _killed)
        with pytest.raises(KeyboardInterrupt):
            run(misread)
    replayed, told = run(misread)
    assert told == CHANGES
    assert replayed == Replayed(read=5, changed=2, refused=0, accepted=1, rejects=0)
    assert "4" in lives(misread)


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_replay_of_what_is_as_it_should_be_writes_nothing(misread: psycopg.Connection) -> None:
    run(misread)
    before = row_versions(misread)
    assert run(misread) == (Replayed(read=5), [])
    assert row_versions(misread) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(misread: psycopg.Connection) -> None:
    before = row_versions(misread)
    dry = run(misread, dry_run=True)
    assert row_versions(misread) == before
    assert run(misread) == dry


def test_only_payloads_collected_since_a_time_are_read(misread: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(3), [*POSTINGS[:2], posting(3, requisition_id="R-8")])
    load(misread, landing)
    stage_crawls(misread, FAULTY)
    replayed, told = run(misread, since=day(3))
    assert told == [("3", "requisition_id", None, "R-8")]
    assert replayed.read == 1


def test_a_posting_that_cannot_be_read_any_more_keeps_its_reading_and_is_told_once(
    misread: psycopg.Connection,
) -> None:
    run(misread)
    replayed, told = run(misread, sources=FAULTY)
    assert ("4", "whales are not known") in told
    assert replayed.refused == 1
    assert misread.execute("select title from staging.postings where source_job_id = '4'").fetchone() == (
        "Whale Watcher",
    )
    assert misread.execute("select reason from raw.rejects").fetchall() == [("whales are not known",)]
    replayed, told = run(misread, sources=FAULTY)
    assert (replayed.changed, replayed.refused, told) == (0, 0, [])


def test_the_command_prints_what_changed(
    misread: psycopg.Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)

    def command(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["replay", *arguments], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    said = command("--source", "greenhouse", "--dry-run")
    assert "greenhouse/1" in said
    assert "2 postings would be changed, 1 rejects would be taken in" in said
    found = json.loads(command("--source", "greenhouse", "--since", "2026-03-01", "--json"))
    assert found["fields"]["requisition_id"]["examples"] == [
        {"source": "greenhouse", "source_job_id": "1", "old_value": None, "new_value": "R-7"}
    ]
    assert "5 payloads read: 0 postings were changed" in command()
