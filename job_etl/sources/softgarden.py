"""softgarden: a careers site's feed of schema.org postings, one request a board.

No real answer was at hand: the feed is read as a schema.org `DataFeed` whose elements are or hold a `JobPosting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Request, Source, parse_json
from job_etl.sources.fields import dig, employer, identity, link


class Softgarden(Source):
    """Careers sites of employers who use softgarden; a board is the subdomain."""

    name = "softgarden"
    title = "softgarden"
    base_url = "https://{board}.career.softgarden.de"
    careers = ("{board}.career.softgarden.de", "{board}.softgarden.io")
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/jobs.feed.json"))

    def cut(self, body: bytes) -> list[Any]:
        feed = parse_json(body)
        if not isinstance(feed, list) and not isinstance(dig(feed, "dataFeedElement"), list):
            raise UnreadableAnswer("the answer is not a schema.org DataFeed")
        return list(schemaorg.within(feed))

    def identify(self, payload: Payload, board: Board) -> str:
        identifier = schemaorg.identifier(payload) if isinstance(payload, dict) else None
        return f"{board.name}/{identifier.strip()}" if identifier else link(payload, "url") or identity(payload, "url")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        posting = schemaorg.read(payload, self.identify(payload, board))
        posting.company, posting.company_inferred = employer(posting.company, board)
        return posting
