"""Recruitee: public offers of a careers site, one request a board.

Vendor's pages: https://docs.recruitee.com/reference/offers. Dates are "2026-08-05 10:10:39 UTC".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    coordinate,
    dig,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    present,
    rows,
    salary_range,
    sections,
    text,
)

_WORKPLACES = ("hybrid", "remote", "on_site")


class Recruitee(Source):
    """Careers sites of employers who use Recruitee; a board is the subdomain."""

    name = "recruitee"
    title = "Recruitee"
    base_url = "https://{board}.recruitee.com"
    careers = ("{board}.recruitee.com",)
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/api/offers"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "offers")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(plain(payload, "company_name"), board)
        languages = dig(payload, "translations")
        url = link(payload, "careers_url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=_places(payload),
            description_html=sections((None, text(payload, "description")), (None, text(payload, "requirements"))),
            url=url,
            apply_url=link(payload, "careers_apply_url") or url,
            remote=next((workplace for workplace in _WORKPLACES if flag(payload, workplace)), None),
            employment_type=plain(payload, "employment_type_code"),
            salaries=salary_range(
                amount(payload, "salary", "min"),
                amount(payload, "salary", "max"),
                plain(payload, "salary", "currency"),
                plain(payload, "salary", "period"),
            ),
            seniority=plain(payload, "experience_code"),
            department=plain(payload, "department"),
            tags=plains(payload, "tags"),
            language=next(iter(languages)) if isinstance(languages, dict) and len(languages) == 1 else None,
            posted_at=moment(payload, "published_at") or moment(payload, "created_at"),
            updated_at=moment(payload, "updated_at"),
            expires_at=moment(payload, "close_at"),
            extra=present(category=plain(payload, "category_code"), education=plain(payload, "education_code")),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    """The offer's own line for one place; the names of its places where there are several."""
    places = [
        GivenPlace(plain(row, "name"), plain(row, "city"), plain(row, "state"), plain(row, "country"))
        for row in rows(payload, "locations")
    ]
    if len(places) > 1:
        return [place for place in places if place != GivenPlace()]
    place = GivenPlace(
        plain(payload, "location"),
        plain(payload, "city"),
        plain(payload, "state_name"),
        plain(payload, "country"),
        coordinate(payload, "lat"),
        coordinate(payload, "lng"),
    )
    return [place] if place != GivenPlace() else places
