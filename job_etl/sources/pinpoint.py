"""Pinpoint: the JSON list of a careers site, one request a board.

Vendor's page: https://developers.pinpointhq.com. The numbers of a pay range are in the answer also where the employer
hides them: they are read only with `compensation_visible`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from job_etl.model import Board, GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    salary_range,
    salary_text,
    sections,
    text,
)

_SECTIONS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


class Pinpoint(Source):
    """Careers sites of employers who use Pinpoint; a board is the subdomain."""

    name = "pinpoint"
    title = "Pinpoint"
    base_url = "https://{board}.pinpointhq.com"
    careers = ("{board}.pinpointhq.com",)
    direct = True
    implied = frozenset({"pinpointhq.com"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/postings.json"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "data")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(None, board)
        url = link(payload, "url") or _url(payload, board)
        parts = ((plain(payload, f"{name}_header"), text(payload, name)) for name in _SECTIONS)
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=_places(payload),
            description_html=sections((None, text(payload, "description")), *parts),
            url=url,
            apply_url=url,
            remote=plain(payload, "workplace_type"),
            remote_places=plains(payload, "remote_country_restriction"),
            employment_type=plain(payload, "employment_type"),
            salaries=_salaries(payload),
            department=plain(payload, "job", "department", "name") or plain(payload, "department", "name"),
            team=plain(payload, "job", "division", "name"),
            requisition_id=plain(payload, "job", "requisition_id") or plain(payload, "reference"),
            posted_at=moment(payload, "first_published_at") or moment(payload, "published_at"),
            expires_at=moment(payload, "deadline_at"),
        )


def _url(payload: Payload, board: Board) -> str | None:
    path = text(payload, "path")
    return link({"url": urljoin(f"https://{board.name}.pinpointhq.com", path)}, "url") if path else None


def _places(payload: Payload) -> list[GivenPlace]:
    location = ("location",)
    place = GivenPlace(
        text=plain(payload, *location, "name"),
        city=plain(payload, *location, "city"),
        region=plain(payload, *location, "province"),
        country=plain(payload, *location, "country"),
    )
    return [place] if place != GivenPlace() else []


def _salaries(payload: Payload) -> list[GivenSalary]:
    if not flag(payload, "compensation_visible"):
        return []
    return salary_range(
        amount(payload, "compensation_minimum"),
        amount(payload, "compensation_maximum"),
        plain(payload, "compensation_currency"),
        plain(payload, "compensation_frequency"),
    ) or salary_text(plain(payload, "compensation"))
