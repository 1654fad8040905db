from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from job_etl.errors import ConfigError, JobEtlError, Refused, TransientError, UnreadableAnswer, UnreadablePayload
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES, schemaorg
from job_etl_tests.provider import Provider, Script, page, status
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


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (
            {
                "baseSalary": {
                    "currency": "GBP",
                    "value": {"minValue": "30,000", "maxValue": "35,000", "unitText": "YEAR"},
                }
            },
            [GivenSalary(Decimal(30000), Decimal(35000), "GBP", "YEAR")],
        ),
        ({"baseSalary": 52000, "salaryCurrency": "EUR"}, [GivenSalary(Decimal(52000), Decimal(52000), "EUR")]),
        ({"baseSalary": "£30,000 a year"}, [GivenSalary(text="£30,000 a year")]),
        ({"baseSalary": {"value": "£30k - £35k"}}, [GivenSalary(text="£30k - £35k")]),
        ({"baseSalary": {"value": {"value": "Band 5, £30,000"}}}, [GivenSalary(text="Band 5, £30,000")]),
        ({"baseSalary": {"value": {"value": 0}}}, []),
        ({"baseSalary": "Competitive"}, []),
        ({"estimatedSalary": 900}, [GivenSalary(Decimal(900), Decimal(900), predicted=True)]),
    ],
)
def test_pay_may_be_written_in_any_way(given: dict[str, object], read: list[GivenSalary]) -> None:
    assert schemaorg.read({"title": "Diver", **given}, "1").salaries == read


def test_what_stands_beside_the_usual_fields_is_read_where_those_are_missing() -> None:
    posting = schemaorg.read(
        {
            "hiringOrganization": {"legalName": "Heronsgate Waterways Ltd."},
            "responsibilities": "<p>Work a flight of locks.</p>",
            "qualifications": "A strong back.",
            "occupationalCategory": ["53-5022.00", "Waterways", "Waterways"],
        },
        "1",
    )
    assert (posting.company, posting.department) == ("Heronsgate Waterways Ltd.", "Waterways")
    assert posting.description_html == "<p>Work a flight of locks.</p>\nA strong back."


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


def test_a_sitemap_may_be_a_file_under_gzip_but_not_of_any_size() -> None:
    with Provider() as provider:
        sitemap = f"<urlset><url><loc>{provider.url}/jobs/1</loc></url></urlset>".encode()
        provider.at("/sitemap.xml.gz", page(gzip.compress(sitemap)))
        provider.at("/bomb.xml.gz", page(gzip.compress(b"<urlset>" + b" " * (60 << 20))))
        found = crawl("jsonld", f"{provider.url}/sitemap.xml.gz", board(provider, "/sitemap.xml.gz"))
        assert found == [{"loc": f"{provider.url}/jobs/1"}]
        with pytest.raises(UnreadableAnswer, match="larger than 50 MB once decompressed"):
            crawl("jsonld", f"{provider.url}/bomb.xml.gz", board(provider, "/bomb.xml.gz"))


def test_an_index_of_more_sitemaps_than_are_asked_is_not_complete() -> None:
    with Provider() as provider:
        urls = "".join(f"<sitemap><loc>{provider.url}/sitemap{number}.xml</loc></sitemap>" for number in range(60))
        provider.otherwise(page(b"<urlset></urlset>")).at("/robots.txt", status(404))
        provider.at("/index.xml", page(f"<sitemapindex>{urls}</sitemapindex>".encode()))
        with pytest.raises(TransientError, match="leads to 61 sitemaps, of which 50 were asked"):
            crawl("jsonld", f"{provider.url}/index.xml", board(provider, "/index.xml"))


@pytest.mark.parametrize(
    ("robots", "found"),
    [
        ("User-agent: *\nDisallow: /admin", ["/jobs/1", "/jobs/2"]),
        ("User-agent: *\nDisallow: /jobs/2", ["/jobs/1"]),
        ("User-agent: *\nDisallow: /\n\nUser-agent: job-etl\nDisallow: /jobs/1", ["/jobs/2"]),
        ("<!doctype html><p>no such page", ["/jobs/1", "/jobs/2"]),
    ],
)
def test_what_robots_txt_forbids_is_left_alone(robots: str, found: list[str]) -> None:
    with Provider() as provider:
        urls = "".join(f"<url><loc>{provider.url}/jobs/{number}</loc></url>" for number in (1, 2))
        provider.at("/sitemap.xml", page(f"<urlset>{urls}</urlset>".encode()))
        provider.at("/robots.txt", page(robots.encode()))
        got = crawl("jsonld", f"{provider.url}/sitemap.xml", board(provider, "/sitemap.xml"))
        assert [row["loc"].removeprefix(provider.url) for row in got] == found


@pytest.mark.parametrize(
    ("robots", "failure"),
    [
        (page(b"User-agent: *\nDisallow: /"), Refused),
        (page(b"User-agent: *\nDisallow: /jobs/"), Refused),
        (status(500), TransientError),
    ],
)
def test_a_site_that_forbids_all_or_does_not_say_is_no_empty_board(robots: Script, failure: type[JobEtlError]) -> None:
    with Provider() as provider:
        provider.at("/sitemap.xml", page(f"<urlset><url><loc>{provider.url}/jobs/1</loc></url></urlset>".encode()))
        provider.at("/robots.txt", robots)
        with pytest.raises(failure, match=r"robots\.txt"):
            crawl("jsonld", f"{provider.url}/sitemap.xml", board(provider, "/sitemap.xml"))
        assert {asked.path for asked in provider.asked} <= {"/robots.txt", "/sitemap.xml"}


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
