from __future__ import annotations

import pytest

from job_etl.sources.headline import Headline, is_place, parse


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        (
            "Halyard (YC W24) | San Francisco, CA (Hybrid) | Full-time | Multiple Roles | https://halyard.example",
            Headline("Halyard", None, ["San Francisco, CA"], ["Hybrid"], ["Full-time"]),
        ),
        (
            "Kelpworks | REMOTE (US) or Vancouver | Staff Engineer, Storage | 120-150k | kelpworks.example",
            Headline("Kelpworks", "Staff Engineer, Storage", ["US", "Vancouver"], ["REMOTE"], [], ["120-150k"]),
        ),
        (
            "Senior Data Analyst at Tideline, the largest harbour | Remote, Cyprus | Contractor",
            Headline("Tideline", "Senior Data Analyst", ["Cyprus"], ["Remote"], ["Contractor"]),
        ),
        ("Engineer | Vienna / Remote (Europe)", Headline(None, "Engineer", ["Vienna", "Europe"], ["Remote"])),
        (
            "Lead Engineer\nTideline | Remote | Freelance",
            Headline("Tideline", "Lead Engineer", [], ["Remote"], ["Freelance"]),
        ),
        ("Tideline — Founding Engineer — Remote", Headline("Tideline", "Founding Engineer", [], ["Remote"])),
        ("Tideline is hiring designers [on-site, Berlin]", Headline("Tideline", "designers", ["Berlin"], ["on-site"])),
        ("Tideline (YC W24): Software Engineer – $95k in Oslo", Headline("Tideline", "Software Engineer", ["Oslo"])),
        ("COMPANY: Tideline\nROLE: Sailmaker\nLOCATION: Remote", Headline("Tideline", "Sailmaker", [], ["Remote"])),
        ("Tideline | VISA SPONSORSHIP | series A | fluent English", Headline("Tideline")),
        ("We are two people in a shed and need a third", Headline()),
        ("", Headline()),
    ],
)
def test_the_parts_of_a_head_line_are_told_apart(line: str, headline: Headline) -> None:
    assert parse(line) == headline


@pytest.mark.parametrize(
    "text", ["Berlin, Germany", "NYC", "SF Bay Area", "Utrecht/Amsterdam, NL", "Bangalore", "EU time zone"]
)
def test_places_are_places(text: str) -> None:
    assert is_place(text)


@pytest.mark.parametrize("text", ["AI in healthcare", "webRTC", "Python, React, AWS", "Series A", ""])
def test_other_words_are_no_places(text: str) -> None:
    assert not is_place(text)
