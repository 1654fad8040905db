from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from job_etl.errors import PermanentError
from job_etl.history import History, Rhythm
from job_etl.landing import CrawlFacts
from job_etl.model import Outcome

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RHYTHM = Rhythm()


def crawls(*given: str) -> History:
    """A history, the newest first: `complete:a` is a crawl that brought `a`, six hours before the one on its left."""
    return History(
        CrawlFacts(
            key=f"greenhouse/acme/2026/{number}-{brought}",
            source="greenhouse",
            board="acme",
            collected_at=NOON - number * timedelta(hours=6),
            outcome=Outcome(outcome),
            payloads=len(brought),
        )
        for number, (outcome, _, brought) in enumerate(one.partition(":") for one in given)
    )


@pytest.mark.parametrize(
    ("history", "wait"),
    [
        (crawls("complete:a"), timedelta(hours=20)),
        (crawls("complete:b", "complete:a", "complete:a", "complete:a", "complete:a"), timedelta(hours=20)),
        (crawls("complete:a", "complete:a", "complete:a", "complete:b"), timedelta(hours=20)),
        (crawls("complete:a", "complete:a", "complete:a", "complete:a"), timedelta(hours=40)),
        (crawls("not_modified", "not_modified", "failed", "not_modified", "complete:a"), timedelta(hours=40)),
        (crawls(*["not_modified"] * 30), timedelta(hours=68)),
        (crawls("suspicious_empty", "complete:a"), timedelta(hours=6)),
        (crawls("failed"), timedelta(minutes=15)),
        (crawls("failed", "partial:a", "failed", "complete:a", "failed"), timedelta(hours=1)),
        (crawls(*["failed"] * 30), timedelta(days=1)),
        (crawls("complete:a", *["failed"] * 30), timedelta(hours=20)),
    ],
)
def test_a_board_is_due_by_how_often_it_changes_and_fails(history: History, wait: timedelta) -> None:
    assert history.due(RHYTHM) == NOON + wait


def test_a_board_that_was_never_crawled_is_due() -> None:
    assert crawls().due(RHYTHM) is None


@pytest.mark.parametrize(
    ("history", "believed"),
    [
        (crawls(), True),
        (crawls("failed"), True),
        (crawls("complete", "complete:a"), True),
        (crawls("complete:a"), False),
        (crawls("failed", "partial:a", "complete"), False),
        (crawls("suspicious_empty", "complete:a"), False),
        (crawls("failed", "suspicious_empty", "failed", "suspicious_empty", "complete:a"), True),
        (crawls("suspicious_empty", "not_modified", "suspicious_empty", "complete:a"), False),
    ],
)
def test_an_empty_answer_is_believed_after_enough_of_them(history: History, believed: bool) -> None:
    assert history.is_believed_empty(NOON + timedelta(hours=6), RHYTHM) is believed


def test_empty_answers_in_a_short_time_count_once() -> None:
    history = crawls("suspicious_empty", "suspicious_empty", "complete:a")
    assert not history.is_believed_empty(NOON + timedelta(hours=6), Rhythm(empty_apart=timedelta(hours=7)))


def test_details_come_from_the_newest_complete_crawl_and_the_partial_ones_since() -> None:
    history = crawls("failed", "partial:c", "partial", "not_modified", "complete:b", "complete:a")
    assert [facts.key.rsplit("-", 1)[1] for facts in history.with_payloads()] == ["c", "b"]


def test_a_damaged_landing_zone_ends_the_history_there() -> None:
    def damaged() -> Iterator[CrawlFacts]:
        yield from crawls("failed")
        raise PermanentError("landing zone: greenhouse/acme/2026/x.json is not a crawl's facts")

    history = History(damaged())
    assert history.good() is None
    assert history.due(RHYTHM) == NOON + timedelta(minutes=15)
