from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from job_etl.errors import ConfigError, UnreadableAnswer, UnreadablePayload
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES, schemaorg
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import FIXTURES, crawl, sample, samples

JSONLD = SOURCES["jsonld"]
DETAIL = (FIXTURES / "jsonld" / "detail.html").read_bytes()


def board(provider: Provider, path: str, match: str = "/jobs/") -> Board:
    return Board("jsonld", "heronsgate", params={"url": f"{provider.url}{path}", "match": match})


def test_a_page_found_in_a_sitemap_is_read_whole() -> None:
    posting = sample("jsonld")
    assert (posting.company, posting.title) == ("Heronsgate Waterways", "Lock Keeper")
    assert posting.places == [GivenPlace(None, "Devizes", "Wiltshire", "GB", 51.35, -1.99)]
    assert posting.salaries == [GivenSalary(Decimal("13.50"), Decimal("13.50"), "GBP", "HOUR")]
    assert (posting.remote, posting.remote_places) == ("TELECOMMUTE", ["United Kingdom"])
    assert (posting.employment_type, posting.requisition_id) == ("PART_TIME, TEMPORARY", "17")
    assert posting.expires_at == datetime(2026, 7, 31, 23, tzinfo=UTC)
    assert posting.apply_url == "https://careers.heronsgate.example/jobs/lock-keeper-17"


def test_texts_stand_where_objects_could() -> None:
    posting = next(one for one in samples("jsonld") if one.name.startswith("jsonld-list")).read()
    assert (posting.company, posting.places) == ("Heronsgate Waterways", [GivenPlace(text="Devizes, UK")])


def test_a_sitemap_and_an_index_of_sitemaps_give_the_pages_that_match() -> None:
    with Provider() as provider:
        urls = "".join(f"<url><loc>{provider.url}{path}</loc></url>" for path in ("/jobs/1", "/about", "/jobs/2"))
        provider.at("/sitemap.xml", page(f"<urlset>{urls}</urlset>".encode()))
        index = f"<sitemapindex><sitemap><loc>{provider.url}/sitemap.xml</loc></sitemap></sitemapindex>"
        provider.at("/index.xml", page(index.encode()))
        for start in ("/sitemap.xml", "/index.xml"):
            found = crawl("jsonld", f"{provider.url}{start}", board(provider, start))
            assert found == [{"loc": f"{provider.url}/jobs/1"}, {"loc": f"{provider.url}/jobs/2"}]


def test_a_careers_page_gives_its_postings_or_the_links_that_match() -> None:
    with Provider() as provider:
        provider.at("/embedding", page((FIXTURES / "jsonld" / "list.html").read_bytes()))
        provider.at("/linking", page(b'<!doctype html><a href="/jobs/7#top">A</a><a href="/about">B</a>'))
        embedded = crawl("jsonld", f"{provider.url}/embedding", board(provider, "/embedding"))
        assert [posting["title"] for posting in embedded] == ["Dredger Pilot"]
        linked = crawl("jsonld", f"{provider.url}/linking", board(provider, "/linking"))
        assert linked == [{"loc": f"{provider.url}/jobs/7"}]


def test_a_sitemap_without_a_match_says_what_is_missing() -> None:
    sitemap = Provider({"/sitemap.xml": page(b"<urlset></urlset>")})
    with sitemap as provider, pytest.raises(ConfigError, match=r"params\.match is missing"):
        crawl("jsonld", f"{provider.url}/sitemap.xml", board(provider, "/sitemap.xml", match=""))


def test_a_page_without_a_posting_is_refused() -> None:
    with pytest.raises(UnreadableAnswer, match=r"no schema\.org JobPosting"):
        JSONLD.cut_detail(b"<!doctype html><p>About us</p>")
    with pytest.raises(UnreadablePayload, match=r"no schema\.org JobPosting"):
        JSONLD.read({"loc": "https://careers.heronsgate.example/about"}, Board("jsonld", "heronsgate"))


@pytest.mark.parametrize("kind", ["JobPosting", ["Thing", "JobPosting"], "https://schema.org/JobPosting"])
def test_a_posting_is_found_by_its_type_however_that_is_written(kind: object) -> None:
    posting = {"@type": kind, "title": "Diver"}
    for value in (
        posting,
        [posting],
        {"@graph": [posting]},
        {"@type": "ItemList", "itemListElement": [{"item": posting}]},
    ):
        assert schemaorg.within(value) == [posting]


def test_endless_nesting_of_graphs_ends() -> None:
    value: object = {"@type": "JobPosting"}
    for _ in range(50):
        value = {"@graph": [value]}
    assert schemaorg.within(value) == []
