"""The Hub: the public API of a job board for start-ups in the Nordic countries, fifteen a page.

There is no public documentation and no real answer was at hand. A list without a country is of the asker's own country,
so each country is asked by its code, and remote jobs apart. The list has no description; `link` is where the employer
takes applications.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing, parse_json
from job_etl.sources.fields import (
    amount,
    dig,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    salary_range,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 15
_COUNTRIES = ("DK", "SE", "NO", "FI", "IS", "EU")
_JOB = "https://thehub.io/jobs/"


class TheHub(Source):
    """The board of thehub.io; a board is a country's code, `remote`, or `all`."""

    name = "thehub"
    title = "The Hub"
    base_url = "https://thehub.io"
    direct = False
    boards_overlap = True
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://thehub.io/terms", attribution="Source: The Hub", link_back=True)
    implied = frozenset({_JOB})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        for part in (*_COUNTRIES, "remote") if board.name == "all" else (board.name,):
            yield from self._part(board, ask, {"isRemote": "true"} if part == "remote" else {"countryCode": part})

    def cut(self, body: bytes) -> list[Any]:
        docs = dig(parse_json(body), "jobs", "docs")
        return docs if isinstance(docs, list) else listing(body, "docs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id" if text(payload, "id") else "_id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        job = text(payload, "id") or text(payload, "_id")
        return Request(f"/api/jobs/{quote(job, safe='')}") if job and not text(payload, "description") else None

    def cut_detail(self, body: bytes) -> Any:
        answer = parse_json(body)
        job = dig(answer, "doc") or answer
        if not isinstance(job, dict):
            raise UnreadableAnswer("the answer has no posting of The Hub's")
        return job

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        detail = dig(payload, "detail")
        job = {**detail, **payload} if isinstance(detail, dict) else payload
        posting = self.identify(payload, board)
        url = f"{_JOB}{quote(posting, safe='')}"
        place = GivenPlace(
            text=plain(job, "location", "address") or plain(job, "location"),
            city=plain(job, "location", "locality"),
            country=plain(job, "location", "country"),
        )
        return GivenPosting(
            source_job_id=posting,
            company=plain(job, "company", "name"),
            title=plain(job, "title"),
            places=[place] if place != GivenPlace() else [],
            description_html=text(job, "description"),
            url=url,
            apply_url=link(job, "link") or url,
            remote=flag(job, "isRemote"),
            salaries=salary_range(
                amount(job, "salaryRange", "min"),
                amount(job, "salaryRange", "max"),
                plain(job, "salaryRange", "currency"),
            ),
            tags=plains(job, "jobRoles"),
            posted_at=moment(job, "publishedAt") or moment(job, "approvedAt") or moment(job, "createdAt"),
            expires_at=moment(job, "expirationDate"),
        )

    def _part(self, board: Board, ask: Ask, part: Mapping[str, str]) -> Iterator[Answer]:
        def request(page: int, received: int) -> Request:
            return Request("/api/v2/jobs", params={"page": page + 1, **part})

        return pages(self, board, ask, request, size=_PAGE, count=("pages",))
