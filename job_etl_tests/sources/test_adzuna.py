from __future__ import annotations

from decimal import Decimal

import pytest

from job_etl.errors import ConfigError, TransientError
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider
from job_etl_tests.sources.samples import crawl, sample, samples

BOARD = Board("adzuna", "potters", params={"country": "fr", "what": "potier"})


def test_a_posting_is_read_whole() -> None:
    posting = sample("adzuna")
    assert posting.title == "Data scientist"
    assert posting.employment_type == "full_time, permanent"
    assert posting.salaries == [GivenSalary(Decimal(42000), Decimal("51000.5"), "EUR", predicted=True)]
    assert posting.places == [
        GivenPlace(
            text="Valence, Drôme", region="Auvergne-Rhône-Alpes", country="France", latitude=44.9333, longitude=4.8917
        )
    ]


def test_tokens_of_a_request_do_not_make_a_version() -> None:
    source, payload = SOURCES["adzuna"], samples("adzuna")[0].payload
    assert source.comparable(payload) == source.comparable(
        payload | {"adref": "x", "redirect_url": "https://y.example"}
    )


@pytest.mark.parametrize(
    ("host", "currency"), [("www.adzuna.co.uk", "GBP"), ("www.adzuna.com", "USD"), ("www.adzuna.com.au", "AUD")]
)
def test_the_currency_is_that_of_the_countrys_site(host: str, currency: str) -> None:
    payload = {"id": "1", "salary_min": 30000, "redirect_url": f"https://{host}/details/1"}
    assert SOURCES["adzuna"].read(payload, BOARD).salaries[0].currency == currency


def test_pages_are_in_the_path_and_keys_in_the_query() -> None:
    with Provider() as provider:
        for number in (1, 2):
            results = [{"id": f"{number}-{item}"} for item in range(50 if number == 1 else 10)]
            provider.pages(
                f"/v1/api/jobs/fr/search/{number}", [{"count": 60, "results": results}], "results_per_page", 50
            )
        assert len(crawl("adzuna", provider.url, BOARD)) == 60
        asked = provider.asked[0].params
        assert (asked["what"], asked["app_id"], asked["app_key"]) == (
            "potier",
            "adzuna_app_id-value",
            "adzuna_app_key-value",
        )


def test_a_search_that_is_larger_than_what_is_asked_is_not_complete() -> None:
    board = Board("adzuna", "all-of-it", params={"country": "fr", "pages": 1})
    with Provider() as provider:
        results = [{"id": str(item)} for item in range(50)]
        provider.pages("/v1/api/jobs/fr/search/1", [{"count": 9000, "results": results}], "results_per_page", 50)
        with pytest.raises(TransientError, match="more than the 1 pages"):
            crawl("adzuna", provider.url, board)


def test_a_country_that_adzuna_does_not_have_is_named() -> None:
    with pytest.raises(ConfigError, match="`country` is 'se'"):
        crawl("adzuna", "http://127.0.0.1:9", Board("adzuna", "se"))
