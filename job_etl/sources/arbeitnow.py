"""Arbeitnow: one feed of jobs in Germany, page by page.

Pages: https://www.arbeitnow.com/blog/job-board-api. Every description ends with a link back to Arbeitnow whose wording
changes from one answer to the next; it is no part of the advertisement. `job_types` mixes forms of employment with
levels of experience. `remote` false is also what a posting has that says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import flag, identity, link, moment, plain, plains, text
from job_etl.sources.paging import pages

_LINK_BACK = re.compile(r"<p>Find (more )?<a [^>]*arbeitnow\.com[^>]*>[^<]*</a> on Arbeitnow</(a|p)>\s*")
_LEVEL = re.compile(
    r"experience|erfahr|einstieg|entry|leitung|hilfst|\b(junior|mid|senior|lead|executive)\b", re.IGNORECASE
)
_PAGE = 100


class Arbeitnow(Source):
    """The feed of arbeitnow.com."""

    name = "arbeitnow"
    title = "Arbeitnow"
    base_url = "https://www.arbeitnow.com"
    hosts = ("www.arbeitnow.com", "arbeitnow.com")
    direct = False
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://www.arbeitnow.com/blog/job-board-api", attribution="Source: Arbeitnow", link_back=True)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        def request(page: int, received: int) -> Request:
            return Request("/api/job-board-api", params={"page": page + 1})

        return pages(self, board, ask, request, size=_PAGE, more=("links", "next"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "data")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "slug")

    def comparable(self, payload: Payload) -> Payload:
        return {**payload, "description": _description(payload)}

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        location = plain(payload, "location")
        kinds = plains(payload, "job_types")
        levels = [kind for kind in kinds if _LEVEL.search(kind)]
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company_name"),
            title=plain(payload, "title"),
            places=[GivenPlace(text=location)] if location else [],
            description_html=_description(payload),
            url=url,
            apply_url=url,
            remote=flag(payload, "remote") or None,
            employment_type=", ".join(kind for kind in kinds if kind not in levels) or None,
            seniority=", ".join(levels) or None,
            tags=plains(payload, "tags"),
            posted_at=moment(payload, "created_at"),
        )


def _description(payload: Payload) -> str | None:
    description = text(payload, "description") or ""
    end = description.rfind("<p>Find ")
    if end >= 0 and _LINK_BACK.fullmatch(description, end):
        description = description[:end].rstrip()
    return description or None
