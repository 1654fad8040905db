"""Get on Board: the public API of a job board for Latin America, a hundred a page.

Developers' pages: https://api-doc.getonbrd.com. No real answer was at hand: items are JSON:API objects, asked with
their employer, modality, seniority and tags within. Salaries are US dollars a month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import (
    amount,
    dig,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    rows,
    salary_range,
    sections,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 100
_SECTIONS = ("description", "projects", "functions", "desirable", "benefits")


class GetOnBoard(Source):
    """Categories of getonbrd.com; a board is one (`programming`), or `all`."""

    name = "getonbrd"
    title = "Get on Board"
    base_url = "https://www.getonbrd.com"
    direct = False
    boards_overlap = True
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://www.getonbrd.com/terms", attribution="Source: Get on Board", link_back=True)
    implied = frozenset({"USD", "month"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        categories = [board.name]
        if board.name == "all":
            listed = ask(Request("/api/v0/categories", params={"per_page": _PAGE}))
            categories = [category for row in rows(listing(listed.body, "data")) if (category := text(row, "id"))]
        for category in categories:
            yield from self._category(board, ask, category)

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "data")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        job = dig(payload, "attributes")
        countries = [country for country in plains(job, "countries") if country.lower() != "remote"]
        url = link(payload, "links", "public_url")
        within = ("data", "attributes", "name")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(job, "company", *within),
            title=plain(job, "title"),
            places=[GivenPlace(country=country) for country in countries],
            description_html=sections(*((plain(job, f"{name}_headline"), text(job, name)) for name in _SECTIONS)),
            url=url,
            apply_url=url,
            remote=plain(job, "remote_modality") or flag(job, "remote"),
            employment_type=plain(job, "modality", *within),
            salaries=salary_range(amount(job, "min_salary"), amount(job, "max_salary"), "USD", "month"),
            seniority=plain(job, "seniority", *within),
            department=plain(job, "category_name"),
            tags=[name for row in rows(job, "tags", "data") if (name := plain(row, "attributes", "name"))],
            language=plain(job, "lang"),
            posted_at=moment(job, "published_at"),
        )

    def _category(self, board: Board, ask: Ask, category: str) -> Iterator[Answer]:
        def request(page: int, received: int) -> Request:
            return Request(
                f"/api/v0/categories/{quote(category, safe='')}/jobs",
                params={
                    "per_page": _PAGE,
                    "page": page + 1,
                    "expand": '["company","modality","seniority","tags"]',
                },
            )

        return pages(self, board, ask, request, size=_PAGE, count=("meta", "total_pages"))
