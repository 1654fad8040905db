"""Rippling: the public board of its applicants' system, each posting with a detail that has its text.

There is no public documentation. A posting stands in the list once for each of its places, under one uuid; these are
taken together. `employmentType` has the readable name in `id` and the code in `label`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    dig,
    distinct,
    employer,
    grouped,
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


class Rippling(Source):
    """Boards of employers who hire with Rippling; a board is the name in its address."""

    name = "rippling"
    title = "Rippling"
    base_url = "https://api.rippling.com"
    hosts = ("api.rippling.com",)
    careers = ("ats.rippling.com/{locale}/{board}/jobs", "ats.rippling.com/{board}")
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request(_path(board)))

    def cut(self, body: bytes) -> list[Any]:
        return grouped(listing(body, "items", "jobs"), "uuid")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "uuid" if dig(payload, "uuid") else "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        job = text(payload, "uuid") or text(payload, "id")
        return Request(f"{_path(board)}/{quote(job, safe='')}") if job else None

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        detail = dig(payload, "detail")
        company, inferred = employer(plain(detail, "companyName"), board)
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "name"),
            places=[GivenPlace(text=place) for place in _places(payload)],
            description_html=sections(
                (None, text(detail, "description", "role")), (None, text(detail, "description", "company"))
            )
            or text(detail, "description"),
            url=url,
            apply_url=url,
            employment_type=plain(detail, "employmentType", "id") or plain(detail, "employmentType", "label"),
            salaries=[
                salary
                for row in rows(detail, "payRangeDetails")
                for salary in salary_range(
                    amount(row, "rangeStart"), amount(row, "rangeEnd"), plain(row, "currency"), plain(row, "frequency")
                )
            ],
            department=plain(payload, "department", "label") or plain(detail, "department", "name"),
            posted_at=moment(detail, "createdOn"),
        )


def _path(board: Board) -> str:
    return f"/platform/api/ats/v1/board/{quote(unquote(board.name), safe='')}/jobs"


def _places(payload: Payload) -> list[str]:
    listed = [plain(row, "workLocation", "label") for row in [payload, *rows(payload, "also")]]
    return distinct([place for place in [*plains(payload, "detail", "workLocations"), *listed] if place])
