"""The Muse: a search over employers' postings, twenty a page.

Pages: https://www.themuse.com/developers/api/v2. No real answer was at hand. Pages are counted from 0, and 1 is by some
accounts the same; beyond 99 none is given, so a large search is seen in part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing, parse_json
from job_etl.sources.fields import identity, link, moment, number, plain, plains, rows, text

_LAST_PAGE = 99
_FILTERS = ("category", "level", "location", "company")


class TheMuse(Source):
    """Searches of themuse.com; params `category`, `level`, `location` and `company` narrow a board."""

    name = "themuse"
    title = "The Muse"
    base_url = "https://www.themuse.com"
    direct = False
    boards_overlap = True
    shows_all = False
    rate = Rate(per_second=0.13, concurrency=1)
    terms = Terms(url="https://www.themuse.com/developers/api/v2/terms", attribution="Source: The Muse", link_back=True)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        page = last = 0
        while page <= last:
            answer = ask(Request("/api/public/jobs", params={"page": page, **filters}))
            yield answer
            last = min(int(number(parse_json(answer.body), "page_count") or 0) - 1, _LAST_PAGE)
            page += 1

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "results")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        url = link(payload, "refs", "landing_page")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company", "name"),
            title=plain(payload, "name"),
            places=[GivenPlace(text=name) for row in rows(payload, "locations") if (name := plain(row, "name"))],
            description_html=text(payload, "contents"),
            url=url,
            apply_url=url,
            seniority=_names(payload, "levels"),
            department=_names(payload, "categories"),
            tags=[name for row in rows(payload, "tags") for name in plains(row, "name")],
            posted_at=moment(payload, "publication_date"),
        )


def _names(payload: Payload, key: str) -> str | None:
    return ", ".join(name for row in rows(payload, key) if (name := plain(row, "name"))) or None
