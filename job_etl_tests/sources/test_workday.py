from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from job_etl.errors import ConfigError, TransientError
from job_etl.model import Board, GivenPlace
from job_etl.sources import SOURCES
from job_etl_tests.provider import Asked, Provider, Said, page
from job_etl_tests.sources.samples import board_of, crawl, sample, samples

WORKDAY = SOURCES["workday"]
BOARD = board_of("workday")
JOBS = "/wday/cxs/copperlark/External_Careers/jobs"


def answer(jobs: list[str], total: int, asked: Asked, facets: list[Any] | None = None) -> Said | None:
    """Twenty postings at the offset that is asked, and the total only on the first page, as some tenants do."""
    offset = asked.json["offset"]
    shown = [{"title": job, "externalPath": f"/job/Here/{job}_{job}"} for job in jobs[offset : offset + 20]]
    return page({"total": 0 if offset else total, "jobPostings": shown, "facets": facets or []})(asked)


def test_the_detail_gives_the_places_and_the_date() -> None:
    posting = sample("workday")
    assert posting.places == [
        GivenPlace(text="US, CA, Santa Clara", country="United States of America"),
        GivenPlace(text="US, TX, Austin"),
        GivenPlace(text="Israel, Yokneam"),
    ]
    assert posting.posted_at == datetime(2026, 7, 7, tzinfo=UTC)
    assert (posting.company, posting.requisition_id) == ("Copper Lark Silicon, Inc.", "JR2021999")


def test_how_long_ago_it_was_posted_and_what_is_similar_make_no_version() -> None:
    payload = samples("workday")[0].payload
    again = deepcopy(payload)
    again["detail"]["jobPostingInfo"]["postedOn"] = "Posted 15 Days Ago"
    again["detail"]["similarJobs"] = [{"title": "Another"}]
    assert WORKDAY.comparable(again) == WORKDAY.comparable(payload)
    again["detail"]["jobPostingInfo"]["jobDescription"] = "<p>Another text</p>"
    assert WORKDAY.comparable(again) != WORKDAY.comparable(payload)


def test_the_list_alone_counts_places_and_dates_relatively() -> None:
    counted, named = (one.read() for one in samples("workday")[1:])
    assert (counted.places, counted.posted_text) == ([], "Posted Today")
    assert named.places == [GivenPlace(text="US, AR, Remote")]
    assert (named.company, named.company_inferred) == ("Copperlark", True)
    assert (
        named.url
        == "https://copperlark.wd5.myworkdayjobs.com/External_Careers/job/US-AR-Remote/Account-Manager_JR2018999-1"
    )


def test_a_posting_is_told_by_its_site_and_the_end_of_its_path() -> None:
    names = [WORKDAY.identify(one.payload, BOARD) for one in samples("workday")[1:]]
    assert names == [f"{BOARD.name}/JR2021999", f"{BOARD.name}/JR2018999-1"]


def test_pages_of_twenty_are_asked_until_the_total_is_reached() -> None:
    jobs = [f"J{number}" for number in range(45)]
    with Provider({JOBS: lambda asked: answer(jobs, 45, asked)}) as provider:
        assert len(crawl("workday", provider.url)) == 45
        assert [asked.json["offset"] for asked in provider.asked] == [0, 20, 40]
        assert provider.asked[0].method == "POST"


def test_a_site_that_reaches_the_cap_is_asked_facet_by_facet() -> None:
    jobs = {"eng": [f"E{number}" for number in range(30)], "ops": [f"O{number}" for number in range(5)]}
    facets = [
        {"facetParameter": "timeType", "values": [{"id": "full", "count": 2400}]},
        {"facetParameter": "jobFamilyGroup", "values": [{"id": "eng", "count": 30}, {"id": "ops", "count": 5}]},
    ]

    def site(asked: Asked) -> Said | None:
        if not (applied := asked.json["appliedFacets"]):
            return answer(["E0"], 2000, asked, facets)
        chosen = jobs[applied["jobFamilyGroup"][0]]
        return answer(chosen, len(chosen), asked, facets)

    with Provider({JOBS: site}) as provider:
        found = [payload["title"] for payload in crawl("workday", provider.url)]
    assert sorted(found) == sorted(jobs["eng"] + jobs["ops"])


def test_a_capped_site_without_facets_is_not_complete() -> None:
    with (
        Provider({JOBS: lambda asked: answer(["A"], 2000, asked)}) as provider,
        pytest.raises(TransientError, match="2000 postings"),
    ):
        crawl("workday", provider.url)


def test_a_board_needs_tenant_instance_and_site() -> None:
    with pytest.raises(ConfigError, match=r"tenant\.instance/site"):
        list(WORKDAY.pages(Board("workday", "nvidia"), lambda request: pytest.fail("asked"), {}))
