"""Lever: public postings, also on its European host.

Public documentation: https://github.com/lever/postings-api. A posting's body is `description`, the `lists` and
`additional`; the plain variants leave the lists out. Dates are milliseconds. An unknown site is answered with an object
that holds an error, where postings would be a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    distinct,
    employer,
    identity,
    link,
    moment,
    plain,
    plains,
    rows,
    salary_range,
    salary_text,
    text,
)
from job_etl.sources.paging import pages

_EUROPE = "https://api.eu.lever.co"
_PAGE = 100


class Lever(Source):
    """Boards of employers who hire with Lever; a board is the site's name, `region: eu` among its params says where."""

    name = "lever"
    title = "Lever"
    base_url = "https://api.lever.co"
    hosts = ("api.lever.co", "api.eu.lever.co")
    careers = ("jobs.lever.co/{board}", "jobs.{region}.lever.co/{board}", "api.lever.co/v0/postings/{board}")
    direct = True
    rate = Rate(per_second=2)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        host = _EUROPE if board.params.get("region") == "eu" else ""
        path = f"{host}/v0/postings/{quote(unquote(board.name), safe='')}"

        def request(page: int, received: int) -> Request:
            return Request(path, params={"mode": "json", "skip": received, "limit": _PAGE})

        return pages(self, board, ask, request, size=_PAGE)

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs", "postings")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(None, board)
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "text"),
            places=_places(payload),
            description_html=_body(payload),
            description_text=text(payload, "descriptionPlain"),
            url=link(payload, "hostedUrl"),
            apply_url=link(payload, "applyUrl") or link(payload, "hostedUrl"),
            remote=_stated(plain(payload, "workplaceType")),
            employment_type=plain(payload, "categories", "commitment"),
            salaries=salary_range(
                amount(payload, "salaryRange", "min"),
                amount(payload, "salaryRange", "max"),
                plain(payload, "salaryRange", "currency"),
                plain(payload, "salaryRange", "interval"),
            )
            or salary_text(plain(payload, "salaryDescriptionPlain")),
            department=plain(payload, "categories", "department"),
            team=plain(payload, "categories", "team"),
            tags=plains(payload, "tags"),
            requisition_id=plain(payload, "reqCode"),
            posted_at=moment(payload, "createdAt"),
            updated_at=moment(payload, "updatedAt"),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    """All locations, the main one first; `country` is the main one's."""
    main = plains(payload, "categories", "location")
    names = distinct(main + plains(payload, "categories", "allLocations"))
    country = plain(payload, "country")
    if not names:
        return [GivenPlace(country=country)] if country else []
    return [GivenPlace(text=name, country=None if place else country) for place, name in enumerate(names)]


def _body(payload: Payload) -> str | None:
    parts = [text(payload, "description")]
    for section in rows(payload, "lists"):
        heading, content = text(section, "text"), text(section, "content")
        parts += [heading and f"<h3>{heading}</h3>", content and f"<ul>{content}</ul>"]
    parts += [text(payload, "additional")]
    return "\n".join(part for part in parts if part) or None


def _stated(workplace: str | None) -> str | None:
    return None if workplace == "unspecified" else workplace
