"""The systems of applicants' whose reading has a rule of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from job_etl.errors import NotFound, TransientError, UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl.sources.base import Request
from job_etl_tests.provider import Asked, Provider, Said, page, redirect, status
from job_etl_tests.sources.samples import FIXTURES, asking, board_of, crawl, sample, samples


def test_smartrecruiters_pages_by_offset_and_a_missing_page_is_not_complete() -> None:
    def answer(given: int) -> object:
        def script(asked: Asked) -> Said | None:
            offset = int(asked.params["offset"])
            content = [{"id": str(number)} for number in range(given)][offset : offset + 100]
            return page({"totalFound": 250, "content": content})(asked)

        return script

    board = Board("smartrecruiters", "TamarindDrives")
    with Provider({"/v1/companies/TamarindDrives/postings": answer(250)}) as provider:
        assert len(crawl("smartrecruiters", provider.url, board)) == 250
    short = Provider({"/v1/companies/TamarindDrives/postings": answer(200)})
    with short as provider, pytest.raises(TransientError, match="announced 250 postings and gave 200"):
        crawl("smartrecruiters", provider.url, board)


def test_smartrecruiters_sections_make_the_description() -> None:
    posting = sample("smartrecruiters")
    assert posting.description_html is not None
    assert posting.description_html.startswith("<h3>Company Description</h3>\n<p>We store things.</p>")
    assert "Additional Information" not in posting.description_html
    assert posting.remote == "hybrid"
    assert (posting.apply_url or "").endswith("oga=true")
    assert sample("smartrecruiters", 2).seniority is None, "not applicable is no level"


@pytest.mark.parametrize(
    ("label", "value", "read"),
    [
        ("Salary Range", "170,600.00-227,400.00", [GivenSalary(text="170,600.00-227,400.00")]),
        ("Pay:", "$31 an hour", [GivenSalary(text="$31 an hour")]),
        ("Compensation", "Competitive", []),
        ("Pay Group", "12", []),
        ("Approved Job Grade", "P106", []),
    ],
)
def test_smartrecruiters_pay_stands_in_a_custom_field(label: str, value: str, read: list[GivenSalary]) -> None:
    payload = {"id": "1", "customField": [{"fieldLabel": label, "valueLabel": value}]}
    assert SOURCES["smartrecruiters"].read(payload, Board("smartrecruiters", "TamarindDrives")).salaries == read


@pytest.mark.parametrize("source", ["workable", "rippling"])
def test_a_posting_repeated_for_each_place_is_one_with_all_places(source: str) -> None:
    assert len({one.payload.get("shortcode") or one.payload["uuid"] for one in samples(source)}) == 2
    assert len(sample(source).places) == 2


def test_workable_names_the_employer_once_for_all() -> None:
    posting = sample("workable", 1)
    assert (posting.company, posting.company_inferred) == ("Copper Lark ApS", False)
    assert posting.places == [GivenPlace(country="Spain"), GivenPlace(city="Porto", country="Portugal")]


def test_workable_hides_what_is_hidden_and_says_no_remote_where_it_is_not_said() -> None:
    workable, board = SOURCES["workable"], Board("workable", "acme")
    hidden = {"shortcode": "A", "city": "Oslo", "locations": [{"city": "Bergen", "hidden": True}, {"city": "Moss"}]}
    posting = workable.read(hidden | {"telecommuting": False}, board)
    assert (posting.places, posting.remote) == ([GivenPlace(city="Moss")], None)


def test_workable_asks_for_a_page_of_text_only_where_the_list_has_none() -> None:
    workable, board = SOURCES["workable"], Board("workable", "acme")
    assert workable.detail({"shortcode": "A", "description": "<p>x</p>"}, board) is None
    assert workable.detail({"shortcode": "A"}, board) == Request("/acme/jobs/view/A.md")
    with pytest.raises(UnreadableAnswer, match="not Markdown"):
        workable.cut_detail(b"<!doctype html>")


def test_recruitees_dates_are_utc_and_its_flags_one_word() -> None:
    posting = sample("recruitee")
    assert posting.posted_at == datetime(2026, 8, 5, 10, 10, 39, tzinfo=UTC)
    assert (posting.remote, posting.language) == ("hybrid", "de")
    assert posting.salaries == [GivenSalary(Decimal(60000), Decimal(75000), "EUR", "year")]


def test_personios_xml_is_read_with_all_offices_and_sections() -> None:
    posting = sample("personio")
    assert posting.company == "Nordlicht Parent Ltd."
    assert [place.text for place in posting.places] == ["London", "Berlin", "Leeds"]
    assert (posting.department, posting.tags) == ("Legal & Compliance", ["Compliance", "Contracts"])
    assert posting.salaries == [GivenSalary(Decimal("40000.00"), None, "GBP", "yearly")]
    assert "<h3>Your profile</h3>\nYou read contracts." in (posting.description_html or "")
    assert sample("personio", 1).description_html is None


def test_an_empty_board_of_personio_is_empty_and_an_empty_answer_is_not() -> None:
    personio = SOURCES["personio"]
    assert personio.cut(b'<?xml version="1.0"?>\n<workzag-jobs></workzag-jobs>') == []
    with pytest.raises(UnreadableAnswer, match="empty"):
        personio.cut(b"")


def test_teamtailor_is_read_from_rss_and_from_its_json_feed() -> None:
    feed, rss = sorted((one.read() for one in samples("teamtailor")), key=lambda posting: posting.title or "")
    assert (rss.company, feed.company) == ("Kopparlärka", "Kopparlärka")
    assert rss.places[0] == GivenPlace(text="Malmö", city="Malmö", country="Sweden")
    assert rss.posted_at == datetime(2026, 2, 4, 8, 26, 20, tzinfo=UTC)
    assert (rss.remote, rss.department, rss.team) == ("hybrid", "Sales", "Account Executive")
    assert feed.places == [GivenPlace(city="Stockholm", region="Sweden", country="SE")]


def test_bamboohrs_small_numbers_are_told_apart_by_the_board() -> None:
    assert sample("bamboohr").source_job_id == "copper-lark/86"
    assert [one.read().remote for one in samples("bamboohr")][:3] == ["onsite", "onsite", "hybrid"]


def test_bamboohrs_widget_is_asked_where_there_is_no_list() -> None:
    widget = (FIXTURES / "bamboohr" / "widget.html").read_bytes()
    with Provider({"/careers/list": status(404), "/jobs/embed2.php": page(widget)}) as provider:
        found = crawl("bamboohr", provider.url)
    assert found == [{"id": "91", "jobOpeningName": "Slip Caster", "location": "Fort Wayne, Indiana"}]


def test_breezys_page_has_the_text_and_each_place_is_named_once() -> None:
    posting = sample("breezy")
    assert posting.description_html == "<p>You bake from <b>two</b> until dawn.</p>"
    assert [place.text for place in posting.places] == ["Raleigh, NC", "Durham, NC"]
    assert posting.salaries == [GivenSalary(text="$19 – $22 / hour")]


def test_a_tenant_that_is_gone_is_not_followed_to_the_vendors_front_page() -> None:
    with Provider({"/json": redirect("https://breezy.hr/")}) as provider, pytest.raises(Exception, match="redirects"):
        crawl("breezy", provider.url)


def test_pinpoints_hidden_pay_stays_hidden() -> None:
    assert sample("pinpoint").salaries == [GivenSalary(Decimal("135000.0"), Decimal("198000.0"), "USD", "year")]
    assert sample("pinpoint", 1).salaries == []
    assert sample("pinpoint", 1).url == "https://copper-lark.pinpointhq.com/postings/41002"


def test_jazzhrs_table_and_the_pages_behind_it() -> None:
    posting, remote = sample("jazzhr"), sample("jazzhr", 2)
    assert (posting.company, posting.department) == ("Copper Lark Cycles", "Workshop")
    assert posting.salaries == [GivenSalary(Decimal(21), Decimal("26.5"), "USD", "HOUR")]
    assert (remote.title, remote.places) == ("Frame Painter", [GivenPlace(text="Remote")])


def test_joins_company_is_found_by_its_page_and_its_pay_is_in_cents() -> None:
    with Provider() as provider:
        provider.at("/companies/rauchkeller", page(b'{"company":{"id":4711,"name":"x"}}'))
        provider.at("/api/public/companies/4711/jobs", page((FIXTURES / "join" / "list.json").read_bytes()))
        assert len(crawl("join", provider.url, Board("join", "rauchkeller"))) == 1
        assert provider.asked[1].params["pageSize"] == "5"
    assert sample("join").salaries == [GivenSalary(Decimal(38000), Decimal(44000), "EUR", "PER_YEAR")]


def test_gems_missing_board_is_missing_and_not_empty() -> None:
    nothing = [{"data": {"oatsExternalJobPostings": {"jobPostings": []}, "jobBoardExternal": None}}]
    with (
        Provider({"/api/public/graphql/batch": page(nothing)}) as provider,
        pytest.raises(NotFound, match="no such board"),
    ):
        crawl("gem", provider.url)


def test_gems_detail_is_asked_of_the_same_graph() -> None:
    gem, board = SOURCES["gem"], board_of("gem")
    request = gem.detail({"extId": "am9icG9zdDox"}, board)
    assert request is not None
    with Provider({"/api/public/graphql/batch": page((FIXTURES / "gem" / "detail.json").read_bytes())}) as provider:
        with asking(gem, provider.url, board) as ask:
            merged = gem.merge({"extId": "am9icG9zdDox"}, ask(request))
        assert provider.asked[0].json[0]["variables"] == {"boardId": "copper-lark", "extId": "am9icG9zdDox"}
    assert gem.read(merged, board).salaries == [GivenSalary(text="€48,000 - €56,000 a year")]


def test_softgardens_feed_holds_schema_org_postings() -> None:
    posting = sample("softgarden")
    assert (posting.company, posting.source_job_id) == ("Werft Lemke GmbH", "copper-lark/48000123")
    assert posting.places == [GivenPlace(city="Wismar", country="DE")]
    with pytest.raises(UnreadableAnswer, match="DataFeed"):
        SOURCES["softgarden"].cut(b"{}")
