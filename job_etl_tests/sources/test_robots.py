from __future__ import annotations

from time import process_time

import pytest

from job_etl.sources.robots import Robots, parse

ROBOTS = """
# a comment
User-agent: googlebot
User-agent: Job-ETL  # us
Disallow: /search
Allow: /search/jobs
Disallow: /*.pdf$
Disallow:
Crawl-delay: 2

User-agent: *
Disallow: /

User-agent: job-etl
Disallow: /private*/papers
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", True),
        ("/jobs", True),
        ("/search", False),
        ("/search?q=data", False),
        ("/search/jobs/7", True),
        ("/cv/anna.pdf", False),
        ("/cv/anna.pdf?download", True),
        ("/private/papers/1", False),
        ("/private-2026/papers", False),
        ("/private/photos", True),
    ],
)
def test_the_longest_rule_of_our_own_groups_decides(path: str, allowed: bool) -> None:
    assert parse(ROBOTS).allows(f"https://acme.example{path}") is allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("\ufeffuser-agent:*\r\ndisallow:/jobs\r\n", False),
        ("User-agent: *\nDisallow: /jobs\nAllow: /jobs", True),
        ("User-agent: *\nDisallow: /*/1$", False),
        ("User-agent: *\nDisallow: /jobs$", True),
        ("User-agent: another\nDisallow: /", True),
        ("User-agent: job-etl-image\nDisallow: /", True),
        ("Disallow: /", True),
        ("", True),
        ("<html>not found</html>", True),
    ],
)
def test_rules_for_everybody_hold_where_none_names_us(text: str, allowed: bool) -> None:
    assert parse(text).allows("https://acme.example/jobs/1") is allowed


def test_no_pattern_is_slow_to_match() -> None:
    began = process_time()
    Robots((("/" + "*a" * 5000 + "$", False),)).allows("https://acme.example/" + "a" * 100_000)
    assert process_time() - began < 0.5
