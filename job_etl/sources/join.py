"""JOIN: the public list of a company's jobs, five a page, each with a page that embeds a schema.org `JobPosting`.

There is no public documentation and no real answer was at hand; `pageSize` above five is refused. The list is asked by
the company's number, which the page of a company has. Amounts of pay are in cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import amount, dig, employer, identity, moment, plain, salary_range, text
from job_etl.sources.paging import pages

_PAGE = 5
_COMPANY = re.compile(rb'"company"\s*:\s*\{\s*"id"\s*:\s*(\d+)')


class Join(Source):
    """Companies that hire with JOIN; a board is the company's name in its address, or its number."""

    name = "join"
    title = "JOIN"
    base_url = "https://join.com"
    careers = ("join.com/companies/{board}",)
    direct = True
    implied = frozenset({"join.com/companies"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        company = board.name if board.name.isdigit() else _number(ask(Request(_path(board))).body)

        def request(page: int, received: int) -> Request:
            return Request(
                f"/api/public/companies/{company}/jobs", params={"locale": "en-us", "page": page + 1, "pageSize": _PAGE}
            )

        return pages(self, board, ask, request, size=_PAGE, total=("pagination", "rowCount"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "items")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        page = text(payload, "idParam")
        return Request(f"{_path(board)}/{quote(page, safe='')}") if page and not board.name.isdigit() else None

    def cut_detail(self, body: bytes) -> Any:
        for posting in schemaorg.in_page(body):
            return posting
        raise UnreadableAnswer("the posting's page embeds no schema.org JobPosting")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        posting = schemaorg.read(dig(payload, "detail"), self.identify(payload, board))
        page = text(payload, "idParam")
        slug = None if board.name.isdigit() else board.name
        posting.company, posting.company_inferred = employer(
            plain(payload, "company", "name") or posting.company, board, slug=slug or "all"
        )
        posting.title = plain(payload, "title") or posting.title
        posting.places = _places(payload) or posting.places
        posting.remote = plain(payload, "workplaceType") or posting.remote
        posting.employment_type = plain(payload, "employmentType", "name") or posting.employment_type
        posting.department = plain(payload, "category", "name")
        posting.salaries = (
            salary_range(
                _cents(payload, "salaryAmountFrom"),
                _cents(payload, "salaryAmountTo"),
                plain(payload, "salaryAmountFrom", "currency"),
                plain(payload, "salaryFrequency"),
            )
            or posting.salaries
        )
        posting.posted_at = moment(payload, "createdAt") or posting.posted_at
        if page and slug:
            posting.url = f"https://join.com/companies/{quote(slug)}/{quote(page, safe='')}"
        posting.apply_url = posting.url
        return posting


def _path(board: Board) -> str:
    return f"/companies/{quote(board.name, safe='')}"


def _number(page: bytes) -> str:
    if found := _COMPANY.search(page):
        return found[1].decode()
    raise UnreadableAnswer("the company's page does not say its number")


def _places(payload: Payload) -> list[GivenPlace]:
    city = ("city",)
    place = GivenPlace(
        city=plain(payload, *city, "cityName"),
        region=plain(payload, *city, "regionName"),
        country=plain(payload, *city, "countryName"),
    )
    return [place] if place != GivenPlace() else []


def _cents(payload: Payload, name: str) -> Decimal | None:
    cents = amount(payload, name, "amount")
    return cents / 100 if cents is not None else None
