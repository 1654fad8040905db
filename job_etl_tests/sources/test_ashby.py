from __future__ import annotations

from decimal import Decimal

import pytest

from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import crawl, sample


def test_each_tier_gives_its_range_and_equity_is_no_salary() -> None:
    assert sample("ashby").salaries == [
        GivenSalary(Decimal(110000), Decimal(125000), "EUR", "1 YEAR"),
        GivenSalary(Decimal(95000), Decimal(110000), "EUR", "1 YEAR"),
    ]


def test_a_line_about_pay_stands_in_for_components() -> None:
    assert sample("ashby", 1).salaries == [GivenSalary(text="$18 – $20 per hour")]


def test_pay_that_is_not_to_be_shown_is_not_read() -> None:
    ashby, board = SOURCES["ashby"], Board("ashby", "mossgate")
    shown = {"id": "1", "compensation": {"compensationTierSummary": "$100K - $120K"}}
    assert ashby.read(shown, board).salaries == [GivenSalary(text="$100K - $120K")]
    assert ashby.read({**shown, "shouldDisplayCompensationOnJobPostings": False}, board).salaries == []


def test_every_place_is_read_with_its_address() -> None:
    assert sample("ashby").places == [
        GivenPlace(text="Berlin Office", city="Berlin", country="Germany"),
        GivenPlace(text="Remote Canada", city="Ottawa", region="Ontario", country="Canada"),
    ]


def test_the_workplace_says_more_than_the_flag() -> None:
    assert sample("ashby").remote == "Hybrid"
    assert sample("ashby", 1).remote is None


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("block-labs", "Block Labs"),
        ("WunderGraph", "WunderGraph"),
        ("Synergy%20Pet%20Group", "Synergy Pet Group"),
        ("openai", "Openai"),
    ],
)
def test_the_employer_is_inferred_from_the_boards_name(slug: str, name: str) -> None:
    posting = SOURCES["ashby"].read({"id": "1"}, Board("ashby", slug))
    assert (posting.company, posting.company_inferred) == (name, True)


@pytest.mark.parametrize("name", ["Copper Lark", "Copper%20Lark"])
def test_a_boards_name_may_hold_a_blank(name: str) -> None:
    with Provider({"/posting-api/job-board/Copper%20Lark": page({"jobs": [{"id": "1"}]})}) as provider:
        assert crawl("ashby", provider.url, Board("ashby", name)) == [{"id": "1"}]
        assert provider.asked[0].params == {"includeCompensation": "true"}
