from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from job_etl.errors import UnreadablePayload
from job_etl.landing import Landing
from job_etl.model import Board, GivenPosting, Outcome, Payload
from job_etl.sources import SOURCES
from job_etl.sources.greenhouse import Greenhouse
from job_etl.warehouse import staging
from job_etl.warehouse.connect import connect
from job_etl.warehouse.staging import stage_crawls
from job_etl_tests.warehouse.boards import bring_in, day, events, land, lives, load, posting, row_versions, tables


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def test_a_posting_closes_with_the_first_complete_crawl_without_it_and_reopens_when_seen_again(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), [posting(1)])
    land(landing, day(2), [posting(1)])
    bring_in(connection, landing)
    assert lives(connection)["2"] == (day(0), day(0), day(1))
    land(landing, day(5), [posting(1), posting(2)])
    bring_in(connection, landing)
    assert lives(connection)["2"] == (day(0), day(5), None)
    assert events(connection) == [
        ("1", day(0), "opened", ""),
        ("2", day(0), "opened", ""),
        ("2", day(1), "closed", ""),
        ("2", day(5), "reopened", ""),
    ]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.PARTIAL, Outcome.SUSPICIOUS_EMPTY, Outcome.NOT_MODIFIED])
def test_only_a_complete_crawl_closes(connection: psycopg.Connection, landing: Landing, outcome: Outcome) -> None:
    land(landing, day(0), [posting(1)])
    land(landing, day(1), outcome=outcome)
    bring_in(connection, landing)
    assert lives(connection)["1"][2] is None


def test_a_partial_crawl_opens_and_sees(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), [posting(2), posting(3)], outcome=Outcome.PARTIAL)
    bring_in(connection, landing)
    assert lives(connection) == {
        "1": (day(0), day(0), None),
        "2": (day(0), day(1), None),
        "3": (day(1), day(1), None),
    }


def test_a_change_is_recorded_field_by_field(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1, location={"name": "Lisbon, Portugal"})])
    land(landing, day(1), [posting(1, title="Staff Engineer", location={"name": "Porto, Portugal"})])
    bring_in(connection, landing)
    changed = connection.execute(
        "select field, old_value, new_value from staging.posting_changes where kind = 'changed' order by field"
    ).fetchall()
    assert ("title", "Data Engineer", "Staff Engineer") in changed
    assert ("location", "Lisbon, Portugal", "Porto, Portugal") in changed


def test_a_date_told_in_days_from_today_stays_and_is_no_change(
    connection: psycopg.Connection, landing: Landing
) -> None:
    for number, told in enumerate(["Posted 30+ Days Ago", "Posted 30+ Days Ago", "Posted 2 Days Ago"]):
        item = {"title": f"Analyst {number}", "externalPath": "/job/Lisbon/Analyst_R1", "postedOn": told}
        land(landing, day(number), [item], source="workday", board="northwind.wd5/Careers")
        bring_in(connection, landing)
    (posted,) = connection.execute("select posted_at from staging.postings").fetchone() or (None,)
    assert posted is not None
    assert (day(0) - posted).days >= 30
    assert not [event for event in events(connection) if event[3] == "posted_at"]


def test_the_query_of_a_link_is_no_change(connection: psycopg.Connection, landing: Landing) -> None:
    for number in range(2):
        land(landing, day(number), [posting(1, absolute_url=f"https://example.com/jobs/1?token={number}")])
    bring_in(connection, landing)
    assert [event for event in events(connection) if event[2] == "changed"] == []


def test_a_job_under_a_new_title_takes_the_place_of_the_old_one(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1)])
    bring_in(connection, landing)
    land(landing, day(1), [posting(1, title="Staff Engineer")])
    bring_in(connection, landing)
    assert connection.execute("select job_title from staging.job_postings_stg").fetchall() == [("Staff Engineer",)]
    assert connection.execute("select count(*) from staging.changed_jobs").fetchone() == (2,)


def test_postings_of_one_job_roll_up_to_it_the_employers_own_board_first(
    connection: psycopg.Connection, landing: Landing
) -> None:
    aggregated = {
        "id": 900,
        "url": "https://remotive.com/remote-jobs/900",
        "title": "Data  ENGINEER",
        "company_name": "northwind analytics",
        "candidate_required_location": "Lisbon, Portugal",
        "publication_date": "2026-03-01T00:00:00",
        "job_type": "full_time",
        "salary": "",
        "description": "<p>From the aggregator.</p>",
    }
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), [aggregated], source="remotive", board="all")
    bring_in(connection, landing)
    rows = connection.execute(
        "select source, provider_job_id, postings, sources, contract_type, description, first_seen_at, last_seen_at"
        " from staging.job_postings_stg"
    ).fetchall()
    ((source, identity, postings, sources, contract, description, first, last),) = rows
    assert (source, identity, postings, sources) == ("greenhouse", "1", 3, ["greenhouse", "remotive"])
    assert (contract, description) == ("full_time", "From the aggregator.")
    assert (first, last) == (day(0), day(1))


def test_a_job_is_open_while_one_posting_is(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), [posting(2)])
    bring_in(connection, landing)
    assert connection.execute("select closed_at from staging.job_postings_stg").fetchall() == [(None,)]
    land(landing, day(2), [])
    bring_in(connection, landing)
    assert connection.execute("select closed_at from staging.job_postings_stg").fetchall() == [(day(2),)]


def test_a_payload_that_cannot_be_read_is_rejected_once_and_closes_nothing(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1), {"title": "No id"}, "only text"])
    land(landing, day(1), [posting(1), {"title": "No id"}, "only text"])
    bring_in(connection, landing)
    rejects = connection.execute("select line, reason from raw.rejects order by line").fetchall()
    assert [line for line, _ in rejects] == [2, 3]
    assert all(reason for _, reason in rejects)
    assert lives(connection) == {"1": (day(0), day(1), None)}


def test_nothing_is_written_where_nothing_is_new(connection: psycopg.Connection, landing: Landing) -> None:
    for number in range(3):
        land(landing, day(number), [posting(identity) for identity in range(number, 20)])
    bring_in(connection, landing)
    before = row_versions(connection)
    assert bring_in(connection, landing).crawls == 0
    assert row_versions(connection) == before


def test_a_saved_search_that_loses_a_posting_leaves_it_open_while_another_shows_it(
    connection: psycopg.Connection, landing: Landing
) -> None:
    def advert(identity: int) -> dict[str, Any]:
        return {
            "id": str(identity),
            "title": "Analyst",
            "company": {"display_name": "Fabrikam"},
            "created": "2026-03-01T00:00:00Z",
        }

    land(landing, day(0), [advert(1), advert(2)], source="adzuna", board="ca-data")
    land(landing, day(0.1), [advert(1)], source="adzuna", board="ca-analyst")
    land(landing, day(1), [advert(2)], source="adzuna", board="ca-data")
    bring_in(connection, landing)
    assert lives(connection)["1"][2] is None
    land(landing, day(1.1), [], source="adzuna", board="ca-analyst")
    bring_in(connection, landing)
    assert lives(connection)["1"][2] == day(1.1)


def test_a_feed_that_shows_only_the_newest_closes_what_was_long_not_seen(
    connection: psycopg.Connection, landing: Landing
) -> None:
    def advert(identity: int) -> dict[str, Any]:
        return {
            "id": identity,
            "jobTitle": "Analyst",
            "companyName": "Fabrikam",
            "url": f"https://jobicy.com/{identity}",
        }

    land(landing, day(0), [advert(1), advert(2)], source="jobicy", board="all")
    land(landing, day(29), [advert(2)], source="jobicy", board="all")
    bring_in(connection, landing)
    assert lives(connection)["1"] == (day(0), day(0), None)
    land(landing, day(30), [advert(3)], source="jobicy", board="all")
    land(landing, day(31), [advert(3)], source="jobicy", board="all")
    bring_in(connection, landing)
    assert lives(connection)["1"] == (day(0), day(0), day(30))
    assert lives(connection)["2"] == (day(0), day(29), None)


def test_a_feed_that_shows_only_some_closes_what_has_expired_unless_it_still_shows_it(
    connection: psycopg.Connection, landing: Landing
) -> None:
    def hit(identity: str) -> dict[str, Any]:
        return {
            "job_id": identity,
            "job_title": "Analyst",
            "employer_name": "Fabrikam",
            "job_offer_expiration_datetime_utc": "2026-03-05T00:00:00.000Z",
        }

    land(landing, day(0), [hit("a"), hit("b")], source="jsearch", board="data")
    land(landing, day(2), [hit("b")], source="jsearch", board="data")
    land(landing, day(4), [hit("b")], source="jsearch", board="data")
    bring_in(connection, landing)
    assert lives(connection) == {"a": (day(0), day(0), day(4)), "b": (day(0), day(4), None)}


History = list[tuple[datetime, str, Outcome, dict[int, str]]]


def invented_history(seed: int) -> History:
    """Crawls of two boards over three weeks, some of them failed, cut short or empty for a day."""
    choose = random.Random(seed)
    crawls: History = []
    for board, first in (("northwind", 0), ("fabrikam", 100)):
        on_board = dict.fromkeys(range(first, first + 8), "Analyst")
        for number in range(21):
            for identity in list(on_board):
                if choose.random() < 0.1:
                    del on_board[identity]
                elif choose.random() < 0.1:
                    on_board[identity] = choose.choice(["Analyst", "Senior Analyst", "Lead Analyst"])
            for identity in range(first, first + 12):
                if choose.random() < 0.08:
                    on_board.setdefault(identity, "Analyst")
            outcome = choose.choices(
                [Outcome.COMPLETE, Outcome.PARTIAL, Outcome.FAILED, Outcome.SUSPICIOUS_EMPTY], [12, 2, 2, 1]
            )[0]
            shown = dict(on_board) if outcome is Outcome.COMPLETE else {}
            if outcome is Outcome.PARTIAL:
                shown = {identity: title for identity, title in on_board.items() if choose.random() < 0.5}
            crawls.append((day(number + choose.random() / 10), board, outcome, shown))
    return crawls


def told_simply(history: History) -> tuple[dict[str, Any], list[tuple[str, datetime, str]]]:
    """The same rules, over one crawl after the other in plain Python."""
    life: dict[str, list[Any]] = {}
    titles: dict[str, str] = {}
    happened = []
    boards: dict[str, set[str]] = defaultdict(set)
    for when, board, outcome, shown in sorted(history):
        seen = {str(identity) for identity in shown}
        for identity, title in ((str(identity), title) for identity, title in shown.items()):
            if identity not in life:
                life[identity] = [when, when, None]
                happened.append((identity, when, "opened"))
            elif titles[identity] != title:
                happened.append((identity, when, "changed"))
            if life[identity][2] is not None:
                happened.append((identity, when, "reopened"))
            life[identity][1:] = [when, None]
            titles[identity] = title
        if outcome is Outcome.COMPLETE:
            for identity in boards[board] - seen:
                if life[identity][2] is None:
                    life[identity][2] = when
                    happened.append((identity, when, "closed"))
        boards[board] |= seen
    return {identity: tuple(times) for identity, times in life.items()}, sorted(happened)


def land_history(landing: Landing, history: History) -> None:
    for when, board, outcome, shown in history:
        payloads = [posting(identity, title=title) for identity, title in shown.items()]
        land(landing, when, payloads, outcome=outcome, board=board)


@pytest.mark.parametrize("seed", range(4))
def test_lives_and_events_are_those_of_a_simple_telling(
    connection: psycopg.Connection, landing: Landing, seed: int
) -> None:
    history = invented_history(seed)
    land_history(landing, history)
    bring_in(connection, landing, batch_payloads=random.Random(seed).choice([1, 20, 1000]))
    life, happened = told_simply(history)
    assert lives(connection) == life
    told = {(identity, when, kind) for identity, when, kind, _ in events(connection)}
    assert sorted(told) == happened


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_crawls_arrive_does_not_matter(
    connection: psycopg.Connection, landing: Landing, seed: int
) -> None:
    history = invented_history(seed)
    late = history[:]
    random.Random(seed).shuffle(late)
    for some in (late[:10], late[10:11], late[11:30], late[30:]):
        land_history(landing, some)
        bring_in(connection, landing)
    life, happened = told_simply(history)
    assert lives(connection) == life
    assert sorted({(identity, when, kind) for identity, when, kind, _ in events(connection)}) == happened
    jobs, postings = connection.execute(
        "select (select count(*) from staging.job_postings_stg),"
        " (select count(distinct hash_key) from staging.postings)"
    ).fetchone() or (None, None)
    assert jobs == postings


def test_a_newer_normaliser_rewrites_what_it_reads_differently_and_takes_it_for_no_change(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(landing, day(0), [posting(1), {"title": "No id"}])
    land(landing, day(1), [posting(1), posting(2), {"title": "No id"}])
    bring_in(connection, landing)
    before = tables(connection)
    connection.execute("update staging.postings set skills = '{Guesswork}' where source_job_id = '1'")
    monkeypatch.setattr(staging, "normalizer_version", lambda: "next")
    land(landing, day(2), [posting(1), posting(2), {"title": "No id"}])
    staged = bring_in(connection, landing)
    assert (staged.crawls, staged.read, staged.reread) == (1, 2, 1)
    assert connection.execute("select from staging.postings where skills = '{Guesswork}'").fetchall() == []
    assert connection.execute("select distinct normalizer_version from staging.postings").fetchall() == [("next",)]
    assert connection.execute("select distinct normalizer_version from raw.rejects").fetchall() == [("next",)]
    assert events(connection) == [
        ("1", day(0), "opened", ""),
        ("2", day(1), "opened", ""),
    ]
    assert tables(connection)["rejects"] == before["rejects"]


class Strict(Greenhouse):
    """A reader that knows less: it refuses what is called odd."""

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        if payload.get("title") == "Odd":
            raise UnreadablePayload("odd")
        return super().read(payload, board)


def land_two_boards_with_an_odd_posting_on_one(landing: Landing) -> None:
    land(landing, day(0), [posting(1), posting(2, "Odd"), {"title": "No id"}])
    land(landing, day(1), [posting(1, "Architect"), posting(2, "Odd"), {"title": "No id"}])
    land(landing, day(0), [posting(7), {"title": "No id"}], board="southwind")


def test_the_history_of_a_board_is_told_again_only_where_a_reject_reads_now(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_two_boards_with_an_odd_posting_on_one(landing)
    load(connection, landing)
    stage_crawls(connection, {"greenhouse": Strict()})
    assert set(lives(connection)) == {"1", "7"}
    told = "select board, staged_at from raw.crawls order by board, collected_at"
    before = connection.execute(told).fetchall()
    monkeypatch.setattr(staging, "normalizer_version", lambda: "next")
    staged = stage_crawls(connection, SOURCES)
    assert staged.crawls == 2
    assert lives(connection)["2"] == (day(0), day(1), None)
    assert {(identity, when, kind) for identity, when, kind, _ in events(connection)} == {
        ("1", day(0), "opened"),
        ("1", day(1), "changed"),
        ("2", day(0), "opened"),
        ("7", day(0), "opened"),
    }
    after = connection.execute(told).fetchall()
    assert [was == now for was, now in zip(before, after, strict=True)] == [False, False, True]
    assert connection.execute("select source_job_id, normalizer_version from raw.rejects").fetchall() == [
        (None, "next"),
        (None, "next"),
    ]


def test_rejects_are_tried_a_few_at_a_time_and_once_a_version(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_two_boards_with_an_odd_posting_on_one(landing)
    load(connection, landing)
    stage_crawls(connection, {"greenhouse": Strict()})
    monkeypatch.setattr(staging, "normalizer_version", lambda: "next")
    monkeypatch.setattr(staging, "_REREAD_PAYLOADS", 1)
    assert stage_crawls(connection, SOURCES).crawls == 2
    assert set(lives(connection)) == {"1", "2", "7"}
    written = row_versions(connection)
    again = stage_crawls(connection, SOURCES)
    assert (again.crawls, again.read, again.rejected) == (0, 0, 0)
    assert row_versions(connection) == written


def test_what_was_killed_while_rejects_were_tried_is_made_good(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_two_boards_with_an_odd_posting_on_one(landing)
    load(connection, landing)
    stage_crawls(connection, {"greenhouse": Strict()})
    monkeypatch.setattr(staging, "normalizer_version", lambda: "next")
    monkeypatch.setattr(staging, "_REREAD_PAYLOADS", 1)
    tries = 0

    def killed(*arguments: Any) -> bool:
        nonlocal tries
        tries += 1
        if tries > 1:
            raise KeyboardInterrupt
        return retry(*arguments)

    retry = staging._retry_rejects
    with monkeypatch.context() as patch:
        patch.setattr(staging, "_retry_rejects", killed)
        with pytest.raises(KeyboardInterrupt):
            stage_crawls(connection, SOURCES)
    assert connection.execute("select from ops.state where value = 'next'").fetchall() == []
    stage_crawls(connection, SOURCES)
    assert lives(connection)["2"] == (day(0), day(1), None)
    assert connection.execute("select value from ops.state where name = 'normalizer_version'").fetchall() == [("next",)]


def test_two_at_once_bring_in_what_one_does(
    connection: psycopg.Connection, database_url: str, landing: Landing
) -> None:
    history = invented_history(7)
    land_history(landing, history)
    load(connection, landing)

    def stage(_: int) -> int:
        with connect(database_url) as own:
            return stage_crawls(own, SOURCES, batch_payloads=10).crawls

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(stage, range(3))) == len(history)
    assert lives(connection) == told_simply(history)[0]


def test_a_batch_goes_through_what_it_has_read_so_far_a_few_times_and_not_for_every_payload(
    connection: psycopg.Connection, landing: Landing
) -> None:
    for number in range(4):
        land(landing, day(number), [posting(f"{number}-{identity}") for identity in range(150)], board=f"b{number}")
    bring_in(connection, landing, batch_payloads=1)
    connection.execute("select pg_stat_force_next_flush()")
    scans = "select seq_scan from pg_stat_user_tables where relname = 'derived' and schemaname like 'pg_temp%'"
    (count,) = connection.execute(scans).fetchone() or (0,)
    assert 0 < count < 100
