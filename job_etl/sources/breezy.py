"""Breezy HR: the JSON list of a careers site, each posting with a page that has its text.

The list has no description: the posting's page has one, as JSON-LD or in `div.description`. `salary` is a line of
text. A tenant that is gone redirects to breezy.hr, which is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing
from job_etl.sources.fields import (
    distinct,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    rows,
    salary_text,
    text,
)


class Breezy(Source):
    """Careers sites of employers who use Breezy HR; a board is the subdomain."""

    name = "breezy"
    title = "Breezy HR"
    base_url = "https://{board}.breezy.hr"
    careers = ("{board}.breezy.hr",)
    direct = True
    rate = Rate(per_second=4, concurrency=1)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/json"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body)

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        page = text(payload, "friendly_id") or text(payload, "id")
        return Request(f"/p/{quote(page, safe='')}") if page and not text(payload, "description") else None

    def cut_detail(self, body: bytes) -> Any:
        for posting in schemaorg.in_page(body):
            if description := text(posting, "description"):
                return {"description": description}
        node = LexborHTMLParser(body).css_first("div.description")
        if node is None:
            raise UnreadableAnswer("the posting's page has no description")
        return {"description": node.inner_html}

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(plain(payload, "company", "name"), board)
        places = [_place(row) for row in [*rows(payload, "location"), *rows(payload, "locations")]]
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "name"),
            places=distinct([place for place in places if place != GivenPlace()]),
            description_html=text(payload, "description") or text(payload, "detail", "description"),
            url=url,
            apply_url=url,
            remote=plain(payload, "location", "remote_details", "value") or flag(payload, "location", "is_remote"),
            employment_type=plain(payload, "type", "name") or plain(payload, "type", "id"),
            salaries=salary_text(plain(payload, "salary")),
            seniority=plain(payload, "experience"),
            department=plain(payload, "department"),
            tags=plains(payload, "tags"),
            posted_at=moment(payload, "published_date"),
        )


def _place(row: Payload) -> GivenPlace:
    return GivenPlace(
        text=plain(row, "name"),
        city=plain(row, "city"),
        region=plain(row, "state", "name"),
        country=plain(row, "country", "name"),
    )
