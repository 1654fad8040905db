"""SmartRecruiters: public postings, a hundred a page, each with a detail that has its text.

Developers' pages: https://developers.smartrecruiters.com/docs/posting-api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing
from job_etl.sources.fields import (
    coordinate,
    dig,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    present,
    rows,
    salary_text,
    sections,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 100
_PAGES = "https://jobs.smartrecruiters.com"
_PAY = re.compile(r"((base|annual|hourly) )?(salary|pay|wage|compensation)( (range|band|scale))?\W*$", re.IGNORECASE)
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


class SmartRecruiters(Source):
    """Postings of employers who use SmartRecruiters; a board is the company's identifier."""

    name = "smartrecruiters"
    title = "SmartRecruiters"
    base_url = "https://api.smartrecruiters.com"
    hosts = ("api.smartrecruiters.com",)
    careers = (
        "careers.smartrecruiters.com/{board}",
        "jobs.smartrecruiters.com/{board}",
        "api.smartrecruiters.com/v1/companies/{board}",
    )
    direct = True
    rate = Rate(per_second=4, concurrency=2)
    implied = frozenset({_PAGES})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        path = f"{_company_path(board)}/postings"

        def request(page: int, received: int) -> Request:
            return Request(path, params={"limit": _PAGE, "offset": received})

        return pages(self, board, ask, request, size=_PAGE, total=("totalFound",))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "content")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        posting = text(payload, "id")
        return Request(f"{_company_path(board)}/postings/{quote(posting, safe='')}") if posting else None

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        posting = self.identify(payload, board)
        company, inferred = employer(plain(payload, "company", "name"), board)
        advertisement = dig(payload, "detail", "jobAd", "sections")
        company_id = text(payload, "company", "identifier") or board.name
        url = link(payload, "detail", "postingUrl") or f"{_PAGES}/{quote(company_id)}/{quote(posting)}"
        return GivenPosting(
            source_job_id=posting,
            company=company,
            company_inferred=inferred,
            title=plain(payload, "name"),
            places=_places(payload),
            description_html=sections(
                *((plain(advertisement, name, "title"), text(advertisement, name, "text")) for name in _SECTIONS)
            ),
            url=url,
            apply_url=link(payload, "detail", "applyUrl") or url,
            remote="hybrid" if flag(payload, "location", "hybrid") else flag(payload, "location", "remote"),
            employment_type=plain(payload, "typeOfEmployment", "label"),
            salaries=salary_text(*_stated_pay(payload)),
            seniority=_stated_level(payload),
            department=plain(payload, "department", "label") or plain(payload, "function", "label"),
            industry=plain(payload, "industry", "label"),
            language=plain(payload, "language", "code"),
            requisition_id=plain(payload, "refNumber"),
            posted_at=moment(payload, "releasedDate"),
            extra=present(function=plain(payload, "function", "label")),
        )


def _company_path(board: Board) -> str:
    return f"/v1/companies/{quote(unquote(board.name), safe='')}"


def _places(payload: Payload) -> list[GivenPlace]:
    place = GivenPlace(
        text=plain(payload, "location", "fullLocation"),
        city=plain(payload, "location", "city"),
        region=plain(payload, "location", "region"),
        country=plain(payload, "location", "country"),
        latitude=coordinate(payload, "location", "latitude"),
        longitude=coordinate(payload, "location", "longitude"),
    )
    return [place] if place != GivenPlace() else []


def _stated_pay(payload: Payload) -> list[str]:
    """Pay as employers put it into custom fields that they name themselves, such as "170,600.00-227,400.00"."""
    named = (row for row in rows(payload, "customField") if _PAY.match(text(row, "fieldLabel") or ""))
    return [line for row in named if (line := plain(row, "valueLabel")) and any(map(str.isdigit, line))]


def _stated_level(payload: Payload) -> str | None:
    level = plain(payload, "experienceLevel", "label")
    return None if text(payload, "experienceLevel", "id") == "not_applicable" else level
