from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import crawl, sample

GREENHOUSE = SOURCES["greenhouse"]
BOARD = Board("greenhouse", "quillmark")


def test_custom_fields_give_employment_type_workplace_and_pay() -> None:
    posting = sample("greenhouse")
    assert (posting.employment_type, posting.remote) == ("Full Time", "Hybrid")
    assert posting.salaries == [GivenSalary(Decimal("52000.0"), Decimal("68000.0"), "EUR")]


@pytest.mark.parametrize(
    ("fields", "remote", "employment_type"),
    [
        ({"Work Type": ["Remote + Travel"], "Worker Type": "Employee"}, "Remote + Travel", "Employee"),
        ({"Time Type": "Full Time", "Employment Type": "Permanent"}, None, "Full Time, Permanent"),
        ({"Remote?": True, "Office Location": "Leeds"}, "Remote?", None),
        ({"Is this role remote?": "Yes"}, "Is this role remote?", None),
        ({"Remote Eligible": False, "Remote Location": "Spain"}, None, None),
        ({"Location Type": "On-Site", "Workplace": "on-site floor 3"}, "On-Site, on-site floor 3", None),
    ],
)
def test_custom_fields_are_told_by_their_names(
    fields: dict[str, object], remote: str | None, employment_type: str | None
) -> None:
    metadata = [{"name": name, "value": value} for name, value in fields.items()]
    posting = GREENHOUSE.read({"id": 1, "metadata": metadata}, BOARD)
    assert (posting.remote, posting.employment_type) == (remote, employment_type)


def test_a_posting_is_read_whole() -> None:
    posting = sample("greenhouse")
    assert (posting.company, posting.company_inferred) == ("Quillmark", False)
    assert posting.places == [GivenPlace(text="Lisbon, Portugal; Remote - Spain")]
    assert posting.description_html is not None
    assert "<ul><li>Python, PostgreSQL and Dagster</li></ul>" in posting.description_html
    assert posting.posted_at == datetime(2026, 7, 10, 20, 15, 41, tzinfo=UTC)
    assert posting.expires_at == datetime(2026, 9, 1, 4, tzinfo=UTC)
    assert (posting.department, posting.requisition_id) == ("Engineering", "QM-118")


def test_a_requisition_id_without_a_digit_is_a_placeholder() -> None:
    assert sample("greenhouse", 1).requisition_id is None


def test_offices_stand_in_for_a_blank_location_and_cents_are_cents() -> None:
    posting = sample("greenhouse", 1)
    assert posting.places == [GivenPlace(text="New York")]
    assert posting.salaries == [GivenSalary(Decimal(45000), Decimal(60500), "USD")]
    assert posting.title == "Join our Talent Community"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Acme Job Board", "Acme"),
        ("Acme - Careers", "Acme"),
        ("Acme | External Job Board", "Acme"),
        ("Careers", "Careers"),
    ],
)
def test_the_words_for_a_board_are_no_part_of_the_employers_name(given: str, read: str) -> None:
    assert GREENHOUSE.read({"id": 1, "company_name": given}, BOARD).company == read


def test_the_employer_is_inferred_from_the_board_only_where_nothing_names_it() -> None:
    posting = GREENHOUSE.read({"id": 1}, Board("greenhouse", "copper-lark"))
    assert (posting.company, posting.company_inferred) == ("Copper Lark", True)
    posting = GREENHOUSE.read({"id": 1}, Board("greenhouse", "copper-lark", company="Copper Lark AB"))
    assert (posting.company, posting.company_inferred) == ("Copper Lark AB", False)


def test_a_collectors_shorter_items_are_read_too() -> None:
    posting = GREENHOUSE.read({"id": 5, "title": "Welder", "location": "Mons", "url": "https://acme.example/5"}, BOARD)
    assert (posting.places, posting.url) == ([GivenPlace(text="Mons")], "https://acme.example/5")


def test_a_board_is_one_request_with_the_descriptions() -> None:
    with Provider({"/v1/boards/quillmark/jobs?content=true": page({"jobs": [{"id": 1}, {"id": 2}]})}) as provider:
        assert len(crawl("greenhouse", provider.url, BOARD)) == 2
        assert provider.count() == 1
