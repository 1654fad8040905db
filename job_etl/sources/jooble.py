"""Jooble: a search over many boards; needs a key, which is part of the address.

Pages: https://jooble.org/api/about. No real answer was at hand. A board is a saved search, seen by its best hits only;
texts are snippets, and links carry tokens of the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.errors import ConfigError
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import identity, link, moment, plain, present, salary_text, text
from job_etl.sources.paging import pages

_PAGE = 20
_FILTERS = ("keywords", "location", "radius", "salary", "datecreatedfrom")


class Jooble(Source):
    """Saved searches; a board's params are Jooble's filters, such as `keywords`, and `pages` to ask, by default 5."""

    name = "jooble"
    title = "Jooble"
    base_url = "https://jooble.org"
    direct = False
    needs = ("JOOBLE_API_KEY",)
    boards_overlap = True
    shows_all = False
    rate = Rate(per_second=0.5, concurrency=1)
    terms = Terms(url="https://jooble.org/api/about", attribution="Source: Jooble", link_back=True)
    volatile = frozenset({"link", "snippet"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        if not filters:
            raise ConfigError(f"{board}: params.keywords is missing, it says what to search for")
        path = f"/api/{quote(secrets['JOOBLE_API_KEY'], safe='')}"

        def request(page: int, received: int) -> Request:
            return Request(path, method="POST", json={**filters, "page": str(page + 1)})

        return pages(self, board, ask, request, size=_PAGE, limit=int(board.params.get("pages", 5)))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        location = plain(payload, "location")
        url = link(payload, "link")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company"),
            title=plain(payload, "title"),
            places=[GivenPlace(text=location)] if location else [],
            description_html=text(payload, "snippet"),
            url=url,
            apply_url=url,
            employment_type=plain(payload, "type"),
            salaries=salary_text(plain(payload, "salary")),
            updated_at=moment(payload, "updated"),
            extra=present(origin=plain(payload, "source")),
        )
