from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from job_etl.sources.fields import amount, flag, grouped, link, moment, name_of_slug, plain, rows, text

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01T12:00:00Z",
        "2026-07-01T14:00:00+02:00",
        "2026-07-01T14:00:00+0200",
        "2026-07-01 12:00:00 UTC",
        "2026-07-01T12:00:00.0000000",
        "Wed, 01 Jul 2026 08:00:00 -0400",
        1782907200,
        1782907200000,
        "1782907200",
        1782907200.0,
    ],
)
def test_every_way_of_writing_a_moment_is_the_same_moment(written: Any) -> None:
    assert moment({"at": written}, "at") == NOON


def test_a_moment_without_an_offset_is_in_the_providers_zone() -> None:
    assert moment({"at": "2026-07-01T14:00:00"}, "at", zone=ZoneInfo("Europe/Stockholm")) == NOON


@pytest.mark.parametrize(
    "written", [None, "", "soon", 0, -1, True, "0000-00-00", "9999-01-01", 10**30, float("inf"), [], {}]
)
def test_what_is_no_moment_is_none(written: Any) -> None:
    assert moment({"at": written}, "at") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<b>Data</b> engineer", "Data engineer"),
        ("C<script>alert(1)</script>ook", "Cook"),
        ("a < b", "a < b"),
        ("<i></i>", None),
    ],
)
def test_a_line_is_plain(written: str, read: str | None) -> None:
    assert plain({"title": written}, "title") == read


@pytest.mark.parametrize(
    "written", ["javascript:alert(1)", "mailto:a@b.example", "//x.example", "https://", 'https://a.example/"x', ""]
)
def test_only_web_addresses_are_links(written: str) -> None:
    assert link({"url": written}, "url") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((60000, Decimal(60000)), ("60000.50", Decimal("60000.50")), ("60,000", Decimal(60000))),
        *(("1,250,000.50", Decimal("1250000.50")), ("12,50", None), ("1,0000", None)),
        *((0, None), (-5, None), ("lots", None), (True, None)),
    ],
)
def test_pay_is_a_number_above_zero(written: Any, read: Decimal | None) -> None:
    assert amount({"pay": written}, "pay") == read


@pytest.mark.parametrize(
    ("written", "read"), [(True, True), ("false", False), (1, True), ("0", False), (2, None), ("maybe", None)]
)
def test_a_truth_value_may_be_written_as_text_or_number(written: Any, read: bool | None) -> None:
    assert flag({"remote": written}, "remote") is read


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("block-labs", "Block Labs"),
        ("Synergy%20Pet%20Group", "Synergy Pet Group"),
        ("WunderGraph", "WunderGraph"),
        ("all", None),
        ("-", None),
    ],
)
def test_a_slug_becomes_a_name(slug: str, name: str | None) -> None:
    assert name_of_slug(slug) == name


def test_paths_lead_through_anything_and_one_object_is_a_list_of_one() -> None:
    assert text({"a": {"b": 7}}, "a", "b") == "7"
    assert text({"a": [1]}, "a", "b") is None
    assert text(None, "a") is None
    assert rows({"a": {"b": 1}}, "a") == [{"b": 1}]
    assert rows({"a": [1, {"b": 1}]}, "a") == [{"b": 1}]


def test_repeated_items_are_grouped_and_the_rest_is_left_alone() -> None:
    first, other, alone = {"id": "1", "at": "A"}, {"id": "1", "at": "B"}, {"id": "2"}
    assert grouped([first, alone, other, dict(first), "odd"], "id") == [{**first, "also": [other]}, alone, "odd"]
