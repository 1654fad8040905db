"""Ten months of real boards, crawled day by day over HTTP: what the tables tell is what the files say."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from job_etl.config import sources
from job_etl.crawl import crawl_board
from job_etl.http import Client, Limits
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, Script, cut_short, dropped, html, page, status
from job_etl_tests.realdata import captures, needs_realdata
from job_etl_tests.warehouse.boards import bring_in, lives

pytestmark = [pytest.mark.realdata, needs_realdata]

FAILURES = [status(500), status(404), html(), cut_short(), dropped()]
LIMITS = Limits(attempts=1, circuit=0.01)

Postings = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """What a board showed, what the provider made of it, and what the crawl has to make of that."""

    board: str
    when: datetime
    shown: Postings
    answered: Postings = field(default_factory=dict)
    outcome: Outcome = Outcome.COMPLETE
    script: Script | None = None


@cache
def boards() -> dict[str, list[tuple[datetime, Postings]]]:
    found = defaultdict(list)
    for capture in captures():
        if "timeseries" in capture.file.parts:
            jobs = json.loads(capture.file.read_bytes())["jobs"]
            evening = capture.collected_at + timedelta(hours=20)  # nothing is published after it was seen
            found[capture.board].append((evening, {str(job["id"]): job for job in jobs}))
    return found


def good_days() -> Iterator[Day]:
    for board, days in boards().items():
        yield from (Day(board, when, shown, shown) for when, shown in days)


def bad_days(seed: int) -> Iterator[Day]:
    """Every second crawl goes wrong; a day after the last one everything is well again."""
    choose = random.Random(seed)
    for board, days in boards().items():
        good, empty = None, 0
        for when, shown in days:
            ways = ["good", "good", "failed"]
            if good and good.answered and empty < 2:  # the third empty answer in a row is believed
                ways.append("empty")
            part = dict(list(shown.items())[: len(shown) // 5])
            if good and when - good.when < timedelta(days=14) and len(good.answered.keys() - part.keys()) >= 20:
                ways.append("short")
            match choose.choice(ways):
                case "good":
                    good, empty = Day(board, when, shown, shown), 0
                    yield good
                case "failed":
                    yield Day(board, when, shown, {}, Outcome.FAILED, choose.choice(FAILURES))
                case "empty":
                    empty += 1
                    yield Day(board, when, shown, {}, Outcome.SUSPICIOUS_EMPTY)
                case "short":
                    yield Day(board, when, shown, part, Outcome.PARTIAL)
        yield Day(board, when + timedelta(days=1), shown, shown)


def crawl(days: list[Day], landing: Landing, folder: Path) -> None:
    """Crawl every day of the boards at its own time, from a provider that answers as it did then."""
    with Provider() as provider, Client(LIMITS) as client:
        entry = {"base_url": provider.url, "rate": {"per_second": 10_000}}
        (folder / "sources.yml").write_text(json.dumps({"greenhouse": entry}))
        config = sources.load(folder / "sources.yml", {})
        for day in days:
            answer = day.script or page({"jobs": list(day.answered.values())})
            provider.at(f"/v1/boards/{day.board}/jobs", answer)
            board = Board("greenhouse", day.board)
            facts = crawl_board(SOURCES["greenhouse"], board, client, landing, config, now=day.when)
            assert facts.outcome is day.outcome, (day.board, day.when, facts.reason)


Told = dict[str, tuple[datetime, datetime, datetime | None]]
Events = set[tuple[str, datetime, str, str]]


def told(days: list[Day]) -> tuple[Told, Events]:
    """First seen, last seen and closed of each posting, and what befell it, computed straight from the answers."""
    life: dict[str, list[Any]] = {}
    last: dict[str, tuple[str, Any]] = {}
    events: Events = set()
    for day in sorted(days, key=lambda day: day.when):
        for identity, job in day.answered.items():
            if identity not in life:
                life[identity] = [day.when, day.when, None]
                events.add((identity, day.when, "opened", ""))
            else:
                before = last[identity][1]
                events |= {
                    (identity, day.when, "changed", name) for name in READ if READ[name](job) != READ[name](before)
                }
            if life[identity][2]:
                events.add((identity, day.when, "reopened", ""))
            life[identity][1:] = [day.when, None]
            last[identity] = (day.board, job)
        if day.outcome is Outcome.COMPLETE:
            for identity, (board, _) in last.items():
                if board == day.board and identity not in day.answered and life[identity][2] is None:
                    life[identity][2] = day.when
                    events.add((identity, day.when, "closed", ""))
    return {identity: tuple(times) for identity, times in life.items()}, events


def plain(text: str) -> str:
    return " ".join(text.split())


READ = {
    "title": lambda job: plain(job["title"]),
    # The first captures were taken apart by who saved them.
    "location": lambda job: plain(job["location"] if isinstance(job["location"], str) else job["location"]["name"]),
    "posted_at": lambda job: job.get("first_published") and datetime.fromisoformat(job["first_published"]),
}
"""The tracked fields that the files give word for word."""


def found(connection: psycopg.Connection) -> Events:
    return set(
        connection.execute(
            "select source_job_id, changed_at, kind, field from staging.posting_changes"
            " where kind <> 'changed' or field = any(%s)",
            [list(READ)],
        )
    )


def test_every_posting_has_the_dates_that_the_files_give(connection: psycopg.Connection, tmp_path: Path) -> None:
    days, landing = list(good_days()), Landing(str(tmp_path / "landing"))
    crawl(days, landing, tmp_path)
    bring_in(connection, landing)
    life, events = told(days)
    assert lives(connection) == life
    assert found(connection) == events
    assert {kind for _, _, kind, _ in events} == {"opened", "changed", "closed", "reopened"}


@pytest.mark.parametrize("seed", range(3))
def test_bad_crawls_close_nothing_that_is_there_and_good_ones_catch_up(
    connection: psycopg.Connection, tmp_path: Path, seed: int
) -> None:
    days, landing = list(bad_days(seed)), Landing(str(tmp_path / "landing"))
    crawl(days, landing, tmp_path)
    bring_in(connection, landing)
    life, events = told(days)
    assert lives(connection) == life
    assert found(connection) == events
    shown = {(identity, day.when) for day in days for identity in day.shown}
    assert not {(identity, when) for identity, when, kind, _ in events if kind == "closed"} & shown
    last = {day.board: day.shown for day in days}
    still_open = {identity for identity, (_, _, closed) in lives(connection).items() if closed is None}
    assert still_open == {identity for shown in last.values() for identity in shown}
    titles = dict(connection.execute("select source_job_id, title from staging.postings where closed_at is null"))
    assert {name: plain(job["title"]) for shown in last.values() for name, job in shown.items()} == titles
