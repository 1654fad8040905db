"""Adzuna: a search over advertisements of many boards, in nineteen countries; needs a key.

Developers' pages: https://developer.adzuna.com/docs/search. A board is a saved search. `description` is a snippet of
about 500 characters. `adref` and `redirect_url` carry a token of the request and are new in every answer. Figures with
`salary_is_predicted` "1" are Adzuna's estimates. Pay is in the currency of the country's site, which the payload names
only by the host of `redirect_url`; it should be a year's and is sometimes a day's or a month's, so no period is stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from job_etl.errors import ConfigError
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import amount, coordinate, flag, identity, link, moment, plain, plains, salary_range, text
from job_etl.sources.paging import pages

_PAGE = 50
_DEFAULT_PAGES = 10
_FILTERS = ("what", "what_and", "what_or", "what_exclude", "where", "distance", "category", "max_days_old", "sort_by")
_CURRENCIES = {
    "at": "EUR", "au": "AUD", "be": "EUR", "br": "BRL", "ca": "CAD", "ch": "CHF", "de": "EUR", "es": "EUR", "fr": "EUR",
    "gb": "GBP", "in": "INR", "it": "EUR", "mx": "MXN", "nl": "EUR", "nz": "NZD", "pl": "PLN", "sg": "SGD", "us": "USD",
    "za": "ZAR",
}  # fmt: skip


class Adzuna(Source):
    """Saved searches; a board's params are `country` and Adzuna's own filters, `pages` bounds what a crawl asks."""

    name = "adzuna"
    title = "Adzuna"
    base_url = "https://api.adzuna.com"
    hosts = ("api.adzuna.com",)
    direct = False
    needs = ("ADZUNA_APP_ID", "ADZUNA_APP_KEY")
    rate = Rate(per_second=0.4, concurrency=1)
    terms = Terms(
        url="https://developer.adzuna.com/docs/terms_of_service",
        attribution="Jobs by Adzuna",
        link_back=True,
        personal_use_only=True,
        daily_quota=250,
    )
    volatile = frozenset({"adref", "redirect_url"})
    boards_overlap = True
    implied = frozenset(_CURRENCIES.values())

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        country = str(board.params.get("country") or board.name).lower()
        if country not in _CURRENCIES:
            raise ConfigError(f"{board}: `country` is {country!r}, Adzuna has {', '.join(sorted(_CURRENCIES))}")
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        keys = {"app_id": secrets["ADZUNA_APP_ID"], "app_key": secrets["ADZUNA_APP_KEY"]}

        def request(page: int, received: int) -> Request:
            return Request(
                f"/v1/api/jobs/{quote(country)}/search/{page + 1}",
                params={"results_per_page": _PAGE, "content-type": "application/json", **filters},
                secret_params=keys,
            )

        limit = int(board.params.get("pages", _DEFAULT_PAGES))
        return pages(self, board, ask, request, size=_PAGE, total=("count",), limit=limit)

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "results")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        url = link(payload, "redirect_url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company", "display_name"),
            title=plain(payload, "title"),
            places=_places(payload),
            description_text=plain(payload, "description"),
            url=url,
            apply_url=url,
            employment_type=", ".join(
                value for name in ("contract_time", "contract_type") if (value := plain(payload, name))
            )
            or None,
            salaries=salary_range(
                amount(payload, "salary_min"),
                amount(payload, "salary_max"),
                _CURRENCIES.get(_country(url) or str(board.params.get("country", ""))),
                predicted=flag(payload, "salary_is_predicted") or False,
            ),
            department=plain(payload, "category", "label") if text(payload, "category", "tag") != "unknown" else None,
            posted_at=moment(payload, "created"),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    """`area` goes from the country inwards: country, region, and levels that differ from country to country."""
    area = plains(payload, "location", "area")
    place = GivenPlace(
        text=plain(payload, "location", "display_name"),
        region=area[1] if len(area) > 1 else None,
        country=area[0] if area else None,
        latitude=coordinate(payload, "latitude"),
        longitude=coordinate(payload, "longitude"),
    )
    return [place] if place != GivenPlace() else []


def _country(url: str | None) -> str | None:
    """The country of the site an advertisement is on: www.adzuna.co.uk is gb, www.adzuna.com us."""
    host = re.fullmatch(r"(?:www\.)?adzuna\.(?:com?\.)?([a-z]+)", urlsplit(url or "").netloc)
    return {"uk": "gb", "com": "us"}.get(host[1], host[1]) if host else None
