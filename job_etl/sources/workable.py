"""Workable: the public widget's list of an account, one request a board.

A posting stands in the list once for each of its places, under one shortcode; these are taken together. The account's
name is said once for all and put beside each item as `account`. Where the list leaves the description out, the
posting's Markdown page has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing, parse_json
from job_etl.sources.fields import (
    distinct,
    employer,
    flag,
    grouped,
    identity,
    link,
    moment,
    plain,
    present,
    rows,
    sections,
    text,
)


class Workable(Source):
    """Accounts of employers who use Workable; a board is the account's name in its address."""

    name = "workable"
    title = "Workable"
    base_url = "https://apply.workable.com"
    hosts = ("apply.workable.com",)
    careers = (
        "apply.workable.com/api/v1/widget/accounts/{board}",
        "apply.workable.com/{board}",
        "{board}.workable.com",
    )
    direct = True
    rate = Rate(per_second=1, concurrency=1)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        path = f"/api/v1/widget/accounts/{quote(unquote(board.name), safe='')}"
        yield ask(Request(path, params={"details": "true"}))

    def cut(self, body: bytes) -> list[Any]:
        items = grouped(listing(body, "jobs", "results"), "shortcode")
        account = plain(parse_json(body), "name")
        return [{**item, "account": account} if account and isinstance(item, dict) else item for item in items]

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "shortcode")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        shortcode = text(payload, "shortcode")
        if not shortcode or text(payload, "description"):
            return None
        return Request(f"/{quote(unquote(board.name), safe='')}/jobs/view/{quote(shortcode, safe='')}.md")

    def cut_detail(self, body: bytes) -> Any:
        written = body.decode(errors="replace").strip()
        if not written or written.startswith(("<", "{")):
            raise UnreadableAnswer("the posting's page is not Markdown")
        return {"markdown": written}

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(plain(payload, "account"), board)
        url = link(payload, "url") or link(payload, "shortlink")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=_places(payload),
            description_html=sections(
                (None, text(payload, "description")),
                (None, text(payload, "requirements")),
                (None, text(payload, "benefits")),
            ),
            description_text=text(payload, "detail", "markdown"),
            url=url,
            apply_url=link(payload, "application_url") or url,
            remote=plain(payload, "workplace_type") or flag(payload, "telecommuting") or None,
            employment_type=plain(payload, "employment_type") or plain(payload, "type"),
            seniority=plain(payload, "experience"),
            department=plain(payload, "department"),
            industry=plain(payload, "industry"),
            requisition_id=plain(payload, "code"),
            posted_at=moment(payload, "published_on") or moment(payload, "created_at"),
            extra=present(education=plain(payload, "education"), function=plain(payload, "function")),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    """Those of `locations` that are not hidden, of every listing of the posting; else its one place."""
    items = [payload, *rows(payload, "also")]
    places = [
        place
        for item in items
        for row in rows(item, "locations")
        if not flag(row, "hidden") and (place := _place(row, "region"))
    ]
    return distinct(places or [place for item in items if (place := _place(item, "state"))])


def _place(row: Payload, region: str) -> GivenPlace | None:
    place = GivenPlace(city=plain(row, "city"), region=plain(row, region), country=plain(row, "country"))
    return place if place != GivenPlace() else None
