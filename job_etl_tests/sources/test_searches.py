"""Feeds and searches over many employers' postings."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from job_etl.errors import ConfigError
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Asked, Provider, Said, page
from job_etl_tests.sources.samples import FIXTURES, crawl, sample, samples


def test_jobicys_pay_stands_under_either_name() -> None:
    assert sample("jobicy").salaries == [GivenSalary(Decimal(115000), Decimal(135000), "USD", "yearly")]
    assert sample("jobicy", 1).salaries == [GivenSalary(Decimal(30000), Decimal(34000), "GBP", "annual")]


def test_himalayas_employer_is_inferred_where_the_feed_says_only_name() -> None:
    inferred, given = sample("himalayas"), sample("himalayas", 1)
    assert (inferred.company, inferred.company_inferred) == ("Brambleway Health", True)
    assert (given.company, given.company_inferred) == ("Larkspur Sound", False)
    assert inferred.expires_at == datetime(2026, 10, 14, 17, 0, 31, tzinfo=UTC)
    assert inferred.remote_places == ["United States"]


def test_the_muse_is_asked_for_as_many_pages_as_it_has_counted_from_zero() -> None:
    def answer(asked: Asked) -> Said | None:
        return page({"page_count": 3, "results": [{"id": int(asked.params["page"])}]})(asked)

    with Provider({"/api/public/jobs": answer}) as provider:
        board = Board("themuse", "design", params={"category": "Design and UX"})
        assert [payload["id"] for payload in crawl("themuse", provider.url, board)] == [0, 1, 2]
        assert provider.asked[0].params["category"] == "Design and UX"


def test_we_work_remotely_is_asked_category_by_category() -> None:
    feed = page((FIXTURES / "weworkremotely" / "list.xml").read_bytes())
    with Provider().otherwise(feed) as provider:
        assert len(crawl("weworkremotely", provider.url, Board("weworkremotely", "all"))) == 10
        assert provider.asked[0].path == "/categories/remote-full-stack-programming-jobs.rss"


def test_we_work_remotelys_title_names_the_employer_first() -> None:
    posting = sample("weworkremotely")
    assert (posting.company, posting.title) == ("Abacus Row", "Maths Coach: Evenings")
    assert posting.places == [GivenPlace(text="Anywhere in the World")]
    assert posting.expires_at == datetime(2026, 8, 9, 22, 45, 30, tzinfo=UTC)
    assert posting.tags == ["Teaching", "Algebra"]


def test_jobtechs_times_are_swedish_and_its_coordinates_begin_with_the_longitude() -> None:
    posting = sample("jobtech")
    assert posting.posted_at == datetime(2026, 3, 12, 23, tzinfo=UTC)
    assert (posting.places[0].latitude, posting.places[0].longitude) == (59.3198, 18.0589)
    assert posting.employment_type == "Heltid, Vanlig anställning, Tillsvidare"


def test_eures_is_asked_by_country_and_read_in_the_vacancys_own_language() -> None:
    with Provider() as provider:
        path = "/eures/api/jv-searchengine/public/jv-search/search"
        provider.at(path, page((FIXTURES / "eures" / "list.json").read_bytes()))
        assert len(crawl("eures", provider.url)) == 1
        assert provider.asked[0].json["locationCodes"] == ["fi"]
    posting = sample("eures")
    assert (posting.language, posting.places) == ("fi", [GivenPlace(country="FI")])
    assert "Ajokortti" in (posting.description_html or "")


def test_get_on_boards_categories_are_asked_one_by_one() -> None:
    listed = page({"data": [{"id": "programming"}, {"id": "sales"}]})
    jobs = page((FIXTURES / "getonbrd" / "list.json").read_bytes())
    with Provider({"/api/v0/categories": listed}).otherwise(jobs) as provider:
        assert len(crawl("getonbrd", provider.url, Board("getonbrd", "all"))) == 2
    assert sample("getonbrd").salaries == [GivenSalary(Decimal(1800), Decimal(2400), "USD", "month")]


def test_the_hub_is_asked_by_country_and_its_detail_has_the_text() -> None:
    with Provider().otherwise(page((FIXTURES / "thehub" / "list.json").read_bytes())) as provider:
        crawl("thehub", provider.url, Board("thehub", "all"))
        asked = [asked.params.get("countryCode", "remote") for asked in provider.asked]
    assert asked == ["DK", "SE", "NO", "FI", "IS", "EU", "remote"]
    posting = sample("thehub")
    assert (posting.description_html, posting.company) == ("<p>Count ducks in Postgres.</p>", "Sorsa Oy")
    assert posting.apply_url == "https://sorsa.example/careers/data-engineer"


def test_keys_go_where_the_provider_wants_them() -> None:
    with Provider({"/jsearch/search": page({"data": []})}) as provider:
        crawl("jsearch", provider.url)
        assert provider.asked[0].headers["x-api-key"] == "jsearch_api_key-value"
    with Provider({"/api/Search": page({"SearchResult": {"SearchResultItems": []}})}) as provider:
        crawl("usajobs", provider.url, Board("usajobs", "all"))
        assert provider.asked[0].headers["Authorization-Key"] == "usajobs_api_key-value"
        assert provider.asked[0].headers["User-Agent"] == "usajobs_email-value"
    with Provider({"/api/1.0/search": page({"results": [], "totalResults": 0})}) as provider:
        crawl("reed", provider.url, Board("reed", "caretakers", params={"keywords": "caretaker"}))
        user = provider.asked[0].headers["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(user) == b"reed_api_key-value:"
    with Provider({"/api/jooble_api_key-value": page({"jobs": [], "totalCount": 0})}) as provider:
        crawl("jooble", provider.url, Board("jooble", "bees", params={"keywords": "beekeeper"}))
        assert provider.asked[0].json == {"keywords": "beekeeper", "page": "1"}
    with Provider({"/vacancies": page({"items": [], "found": 0})}) as provider:
        crawl("hh", provider.url, Board("hh", "data", params={"text": "данные"}))
        assert provider.asked[0].headers["Authorization"] == "Bearer hh_token-value"


@pytest.mark.parametrize("source", ["jsearch", "jooble"])
def test_a_search_without_a_question_says_what_is_missing(source: str) -> None:
    with pytest.raises(ConfigError, match="is missing, it says what to search for"):
        crawl(source, "http://127.0.0.1:9", Board(source, "empty"))


def test_a_search_that_only_ever_shows_a_part_is_over_after_its_pages() -> None:
    def answer(asked: Asked) -> Said | None:
        number = int(asked.params["page"])
        return page({"data": [{"job_id": f"{number}-{item}"} for item in range(10)]})(asked)

    with Provider({"/jsearch/search": answer}) as provider:
        board = Board("jsearch", "two", params={"query": "baker", "pages": 2})
        assert len(crawl("jsearch", provider.url, board)) == 20


def test_usajobs_gives_each_duty_station_and_pay_in_dollars() -> None:
    posting = sample("usajobs")
    assert posting.places[0].text == "Portland, Maine"
    assert posting.salaries == [GivenSalary(Decimal(106437), Decimal(158322), "USD", "Per Year")]
    assert posting.expires_at is not None


def test_reeds_days_come_before_their_months() -> None:
    posting = sample("reed")
    assert posting.posted_at == datetime(2026, 11, 9, tzinfo=UTC)
    assert posting.employment_type == "full time, Permanent"


def test_joobles_markup_of_hits_is_no_part_of_a_title() -> None:
    assert sample("jooble").title == "Beekeeper"
    assert sample("jooble").source_job_id == "-4511876213"


def test_hhs_pay_is_a_months_and_pages_collected_in_one_file_are_read() -> None:
    assert [posting.salaries[0].period for posting in (one.read() for one in samples("hh"))] == ["MONTH", "month"]
    assert SOURCES["hh"].cut(b'[[{"id": "1"}], [{"id": "2"}]]') == [{"id": "1"}, {"id": "2"}]
    assert (sample("hh").remote, sample("hh", 1).remote) == ("ON_SITE, HYBRID", "remote")
