"""JobSpy, with a module in the library's place that has its documented interface and asks nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from job_etl import jsontext
from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.http import Client
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, GivenSalary, Outcome
from job_etl_tests.sources.samples import FIXTURES, sample

LIBRARY = '''
import json, pathlib
asked = []

class Frame:
    """As much of a pandas.DataFrame as is needed."""

    def __init__(self, rows, errors):
        self.rows, self.attrs = rows, {"errors": errors, "warnings": {}}

    def to_json(self, orient, date_format):
        assert (orient, date_format) == ("records", "iso")
        return json.dumps(self.rows)

def scrape_jobs(site_name=None, search_term=None, location=None, results_wanted=15, country_indeed="usa",
                description_format="markdown", verbose=1, **more):
    asked.append((site_name, search_term, description_format))
    if search_term == "wrong":
        raise ValueError("Invalid job_type: 'slow'. unknown")
    failing = {"linkedin": "response status code 429"} if "linkedin" in (site_name or []) else {}
    return Frame(json.loads(pathlib.Path(%r).read_text()), failing)
'''


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "jobspy.py").write_text(LIBRARY % str(FIXTURES / "jobspy" / "list.json"))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("jobspy", None)


def crawled(tmp_path: Path, **params: Any) -> tuple[CrawlFacts, list[Any]]:
    (tmp_path / "sources.yml").write_text(json.dumps({"jobspy": {"enabled": True}}))
    landing = Landing(str(tmp_path / "landing"))
    board = Board("jobspy", "data", None, params)
    with Client() as client:
        [facts] = crawl(sources.load(tmp_path / "sources.yml", {}), [board], landing=landing, client=client)
    return facts, [jsontext.decode(line) for line in landing.payload_lines(landing.payload_file(facts.key))]


def test_its_rows_are_landed_as_they_are(library: None, tmp_path: Path) -> None:
    facts, landed = crawled(tmp_path, site_name=["indeed"], search_term="data engineer")
    assert (facts.outcome, facts.requests) == (Outcome.COMPLETE, 0)
    assert landed == json.loads((FIXTURES / "jobspy" / "list.json").read_text())


def test_a_site_that_blocked_it_makes_the_crawl_partial(library: None, tmp_path: Path) -> None:
    facts, landed = crawled(tmp_path, site_name=["indeed", "linkedin"])
    assert (facts.outcome, len(landed)) == (Outcome.PARTIAL, 2)
    assert facts.reason == "linkedin: response status code 429"


def test_params_that_it_does_not_take_are_told(library: None, tmp_path: Path) -> None:
    facts, _ = crawled(tmp_path, search_term="wrong")
    assert (facts.outcome, facts.reason) == (
        Outcome.FAILED,
        "jobspy/data: params: Invalid job_type: 'slow'. unknown",
    )


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jobspy", None)
    facts, _ = crawled(tmp_path)
    assert facts.outcome is Outcome.FAILED
    assert "pip install 'job-etl[jobspy]'" in (facts.reason or "")


def test_it_is_off_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not sources.load().is_enabled("jobspy")


def test_pay_found_in_a_text_is_left_to_the_rules_for_texts() -> None:
    assert sample("jobspy").salaries == [GivenSalary(Decimal(95000), Decimal(120000), "CAD", "yearly")]
    assert sample("jobspy", 1).salaries == []


def test_people_apply_with_the_employer_where_it_is_known() -> None:
    assert sample("jobspy").apply_url == "https://careers.copperlark.example/jobs/17"
    assert sample("jobspy", 1).apply_url == "https://www.naukri.com/job-listings-analyst-110821004411"
    assert (sample("jobspy").posted_at, sample("jobspy", 1).remote) == (datetime(2026, 7, 21, tzinfo=UTC), "Hybrid")
