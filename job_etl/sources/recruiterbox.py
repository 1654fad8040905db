"""Recruiterbox (Trakstar Hire): the public openings of a client, a hundred a page.

Developers' pages: https://apiv1.recruiterbox.com/frontend_api.html. No real answer was at hand. No dates are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import employer, flag, identity, link, moment, plain, plains, text
from job_etl.sources.paging import pages

_PAGE = 100


class Recruiterbox(Source):
    """Openings of employers who use Recruiterbox; a board is the client's name."""

    name = "recruiterbox"
    title = "Recruiterbox"
    base_url = "https://jsapi.recruiterbox.com"
    careers = ("{board}.recruiterbox.com", "{board}.hire.trakstar.com")
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        def request(page: int, received: int) -> Request:
            return Request("/v1/openings", params={"client_name": board.name, "offset": received, "limit": _PAGE})

        return pages(self, board, ask, request, size=_PAGE, total=("meta", "total"))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "objects")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(None, board)
        place = GivenPlace(
            city=plain(payload, "location", "city"),
            region=plain(payload, "location", "state"),
            country=plain(payload, "location", "country"),
        )
        url = link(payload, "hosted_url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=[place] if place != GivenPlace() else [],
            description_html=text(payload, "description"),
            url=url,
            apply_url=url,
            remote=flag(payload, "allows_remote"),
            employment_type=plain(payload, "position_type"),
            team=plain(payload, "team"),
            tags=plains(payload, "tags"),
            expires_at=moment(payload, "close_date"),
        )
