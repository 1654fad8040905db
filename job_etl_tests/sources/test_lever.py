from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Asked, Provider, Said, page
from job_etl_tests.sources.samples import crawl, sample

BOARD = Board("lever", "tidewater-systems")


def test_a_posting_is_read_whole() -> None:
    posting = sample("lever")
    assert posting.posted_at == datetime(2026, 6, 30, 12, 12, 15, 482000, tzinfo=UTC)
    assert (posting.remote, posting.employment_type, posting.team) == ("hybrid", "Permanent", "Runtime")
    assert posting.salaries == [GivenSalary(Decimal(540000), Decimal(680000), "SEK", "per-year-salary")]
    assert posting.apply_url == f"{posting.url}/apply"


def test_the_main_place_comes_first_and_has_the_country() -> None:
    assert sample("lever").places == [GivenPlace(text="Malmö", country="SE"), GivenPlace(text="Gothenburg")]


def test_the_body_is_the_description_the_lists_and_what_follows() -> None:
    body = sample("lever").description_html
    assert body is not None
    order = [body.index(part) for part in ("runs harbours", "What you'll do", "Kubernetes", "You write Go", "Swedish")]
    assert order == sorted(order)


def test_a_line_about_pay_stands_in_for_a_range_and_unspecified_is_unsaid() -> None:
    posting = sample("lever", 1)
    assert posting.salaries == [GivenSalary(text="The rate is €60 an hour.")]
    assert posting.remote is None


def test_pages_are_asked_until_one_is_short() -> None:
    def answer(asked: Asked) -> Said | None:
        skip, limit = int(asked.params["skip"]), int(asked.params["limit"])
        return page([{"id": str(number)} for number in range(250)][skip : skip + limit])(asked)

    with Provider({"/v0/postings/tidewater-systems": answer}) as provider:
        assert [payload["id"] for payload in crawl("lever", provider.url, BOARD)] == [str(n) for n in range(250)]
        assert provider.count() == 3


def test_a_server_that_does_not_page_is_not_asked_for_ever() -> None:
    with Provider({"/v0/postings/tidewater-systems": page([{"id": str(number)} for number in range(150)])}) as provider:
        assert len(crawl("lever", provider.url, BOARD)) == 150
        assert provider.count() == 2


def test_a_european_board_is_asked_at_the_european_host() -> None:
    asked: list[str] = []

    def ask(request: Any) -> Any:
        asked.append(request.path)
        raise UnreadableAnswer("enough")

    board = Board("lever", "acme", params={"region": "eu"})
    with pytest.raises(UnreadableAnswer, match="enough"):
        list(SOURCES["lever"].pages(board, ask, {}))
    assert asked == ["https://api.eu.lever.co/v0/postings/acme"]


def test_an_unknown_site_is_an_error_with_the_providers_words() -> None:
    with pytest.raises(UnreadableAnswer, match="Document not found"):
        SOURCES["lever"].cut(b'{"ok": false, "error": "Document not found"}')
