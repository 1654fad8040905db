import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.dates import expires, posted, updated

CRAWL = datetime(2026, 3, 10, 15, 30, 12, tzinfo=UTC)


@pytest.fixture(params=["UTC", "Pacific/Kiritimati"])
def local_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Posted Today", "2026-03-10"),
        ("Just posted", "2026-03-10"),
        ("Posted Yesterday", "2026-03-09"),
        ("Posted 3 Days Ago", "2026-03-07"),
        ("Posted 30+ Days Ago", "2026-02-08"),
        ("a week ago", "2026-03-03"),
        ("vor 3 Tagen", "2026-03-07"),
        ("vor einem Tag", "2026-03-09"),
        ("gestern", "2026-03-09"),
        ("il y a 3 jours", "2026-03-07"),
        ("aujourd’hui", "2026-03-10"),
        ("hace 2 semanas", "2026-02-24"),
        ("3 dagen geleden", "2026-03-07"),
        ("3 giorni fa", "2026-03-07"),
        ("há 3 dias", "2026-03-07"),
        ("3 dni temu", "2026-03-07"),
        ("för 3 dagar sedan", "2026-03-07"),
        ("2 months ago", "2026-01-09"),
    ],
)
def test_relative_words_count_back_from_the_day_of_the_crawl(text: str, day: str, local_zone: str) -> None:
    moment, origin = posted(None, text, CRAWL)
    assert moment == datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert origin is not None
    assert origin.how == "parsed"
    assert posted(None, text, CRAWL + timedelta(hours=5))[0] == moment


def test_hours_count_back_from_the_minute_of_the_crawl() -> None:
    assert posted(None, "24 hours ago", CRAWL)[0] == datetime(2026, 3, 9, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "9999 years ago", "Featured", "30"])
def test_words_that_are_no_time_say_nothing(text: str) -> None:
    assert posted(None, text, CRAWL) == (None, None)


def test_a_given_date_goes_before_words_and_becomes_utc() -> None:
    given = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    moment, origin = posted(given, "Posted Today", CRAWL)
    assert (moment, moment and moment.tzinfo) == (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), UTC)
    assert origin is not None
    assert origin.how == "given"


def test_a_posting_is_never_published_after_the_crawl_that_saw_it() -> None:
    assert posted(CRAWL + timedelta(hours=20), None, CRAWL)[0] == CRAWL
    assert posted(CRAWL + timedelta(days=20), None, CRAWL) == (None, None)
    assert posted(CRAWL + timedelta(days=20), "Posted Yesterday", CRAWL)[0] == datetime(2026, 3, 9, tzinfo=UTC)
    assert updated(CRAWL + timedelta(days=20), CRAWL) is None


def test_missing_dates_in_disguise_are_missing() -> None:
    assert posted(datetime(1970, 1, 1, tzinfo=UTC), None, CRAWL) == (None, None)
    assert posted(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), None, CRAWL) == (None, None)


def test_an_end_lies_after_the_beginning_and_not_decades_away() -> None:
    begin = CRAWL - timedelta(days=10)
    assert expires(CRAWL + timedelta(days=30), begin, CRAWL) == CRAWL + timedelta(days=30)
    assert expires(CRAWL - timedelta(days=3), begin, CRAWL) == CRAWL - timedelta(days=3)
    assert expires(begin - timedelta(days=1), begin, CRAWL) is None
    assert expires(datetime(2099, 12, 31, tzinfo=UTC), begin, CRAWL) is None
    assert expires(None, begin, CRAWL) is None


@given(
    st.none() | st.datetimes(timezones=st.timezones()), st.text() | st.from_regex(r"\d{1,6}\+? (days|Jahre|mois) ago")
)
def test_any_date_and_text_give_a_moment_before_the_crawl_or_none(given: datetime | None, text: str) -> None:
    moment, origin = posted(given, text, CRAWL)
    assert (moment is None) == (origin is None)
    assert moment is None or (moment <= CRAWL and moment.utcoffset() == timedelta(0))
    if moment is not None:
        assert posted(moment, None, CRAWL)[0] == moment
