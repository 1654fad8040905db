"""The feeds without tenants: Remote OK, Remotive, Arbeitnow, Himalayas."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import FIXTURES, crawl, sample, samples


def test_the_legal_notice_of_remote_ok_is_no_posting() -> None:
    assert [one.payload["id"] for one in samples("remoteok")] == ["2093351", "2093182"]


def test_the_reader_test_of_remote_ok_is_no_part_of_the_advertisement() -> None:
    assert (sample("remoteok").description_html or "").endswith("lost on purpose.</p>")
    assert sample("remoteok", 1).description_html == "boo..."


def test_another_readers_tag_does_not_make_another_version() -> None:
    source, payload = SOURCES["remoteok"], samples("remoteok")[0].payload
    other = payload | {"description": payload["description"].replace("RMTI3LjAuMC4x", "RMTAuMC4wLjE=")}
    assert source.comparable(payload) == source.comparable(other)


def test_salaries_of_remote_ok_are_estimates_in_dollars_and_zero_is_none() -> None:
    assert sample("remoteok").salaries == [GivenSalary(Decimal(60000), Decimal(100000), "USD", "year", predicted=True)]
    assert sample("remoteok", 1).salaries == []


def test_a_posting_of_remote_ok_without_title_and_company_is_a_posting() -> None:
    posting = sample("remoteok", 1)
    assert (posting.source_job_id, posting.title, posting.company) == ("2093182", None, None)


def test_dates_of_remotive_are_utc_and_its_region_is_where_one_may_live() -> None:
    posting = sample("remotive")
    assert posting.posted_at == datetime(2026, 7, 23, 15, 39, 28, tzinfo=UTC)
    assert posting.places == [GivenPlace(text="USA, Canada, USA timezones")]
    assert posting.remote_places == ["USA, Canada, USA timezones"]
    assert posting.salaries == [GivenSalary(text="$45,000 - $50,000")]


def test_the_link_back_of_arbeitnow_neither_ends_a_text_nor_makes_a_version() -> None:
    source, payload = SOURCES["arbeitnow"], samples("arbeitnow")[0].payload
    assert (sample("arbeitnow").description_html or "").endswith("<p>Du baust Pipelines mit Python.</p>")
    reworded = payload["description"].replace("Find <a", "Find more <a").replace("Jobs in", "English Speaking Jobs in")
    assert source.comparable(payload) == source.comparable(payload | {"description": reworded})
    assert source.comparable(payload) != source.comparable(payload | {"description": "<p>Du baust Häuser.</p>"})


def test_job_types_of_arbeitnow_are_forms_of_employment_and_levels() -> None:
    assert (sample("arbeitnow").employment_type, sample("arbeitnow").seniority) == ("Full time", "berufserfahren")
    assert sample("arbeitnow", 1).employment_type == "Working student"
    assert sample("arbeitnow", 1).remote is None, "false is also what a posting has that says nothing"


def test_arbeitnow_is_asked_for_pages_while_it_links_to_a_next_one() -> None:
    def content(number: int, following: str | None) -> object:
        return {"data": [{"slug": f"job-{number}"}], "links": {"next": following}}

    contents = [content(1, "https://elsewhere.example/?page=2"), content(2, "x"), content(3, None)]
    with Provider().pages("/api/job-board-api", contents) as provider:
        assert len(crawl("arbeitnow", provider.url, Board("arbeitnow", "all"))) == 3
        assert [asked.params["page"] for asked in provider.asked] == ["1", "2", "3"]


def test_himalayas_is_asked_by_cursor_where_it_names_one_else_by_offset() -> None:
    def content(first: int, **more: object) -> object:
        return {"jobs": [{"guid": f"https://himalayas.app/{first + n}"} for n in range(2)], "totalCount": 6, **more}

    answers = [page(content(0, nextCursor="a=")), page(content(2)), page(content(4))]
    with Provider({"/jobs/api": answers}) as provider:
        assert len(crawl("himalayas", provider.url, Board("himalayas", "all"))) == 6
        asked = [{name: value for name, value in one.params.items() if name != "limit"} for one in provider.asked]
        assert asked == [{"offset": "0"}, {"cursor": "a="}, {"offset": "4"}]


def test_single_request_feeds_are_asked_once() -> None:
    for name, path in (("remoteok", "/api"), ("remotive", "/api/remote-jobs")):
        with Provider({path: page((FIXTURES / name / "list.json").read_bytes())}) as provider:
            assert len(crawl(name, provider.url, Board(name, "all"))) == len(samples(name))
            assert provider.count() == 1
