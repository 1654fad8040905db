"""Teamtailor: the RSS feed of a careers site, one request a board.

A site also has a JSON Feed (`/jobs.json`) with schema.org postings; its items are read as well. The employer is named
once, as the title of the feed, which is put beside each item as `channel`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Request, Source, listing, parse_json
from job_etl.sources.fields import dig, employer, identity, link, moment, plain, rows, text
from job_etl.sources.xmltext import document


class Teamtailor(Source):
    """Careers sites of employers who use Teamtailor; a board is the subdomain."""

    name = "teamtailor"
    title = "Teamtailor"
    base_url = "https://{board}.teamtailor.com"
    careers = ("{board}.teamtailor.com",)
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/jobs.rss"))

    def cut(self, body: bytes) -> list[Any]:
        if body.lstrip()[:1] in (b"{", b"["):
            items, channel = listing(body, "items"), plain(parse_json(body), "title")
        else:
            feed = document(body, "rss")
            items, channel = list(rows(feed, "channel", "item")), plain(feed, "channel", "title")
        return [{**item, "channel": channel} if channel and isinstance(item, dict) else item for item in items]

    def identify(self, payload: Payload, board: Board) -> str:
        for path in (("guid",), ("guid", "#text"), ("id",)):
            if found := text(payload, *path):
                return found.strip()
        return identity(payload, "guid")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        posting = schemaorg.read(dig(payload, "_jobposting"), self.identify(payload, board))
        url = link(payload, "link") or link(payload, "url")
        posting.company, posting.company_inferred = employer(plain(payload, "channel") or posting.company, board)
        posting.title = plain(payload, "title") or posting.title
        posting.places = _places(payload) or posting.places
        posting.description_html = text(payload, "description") or text(payload, "content_html")
        posting.url = posting.apply_url = url or posting.url
        posting.remote = plain(payload, "remoteStatus") or posting.remote
        posting.department = plain(payload, "tt:department")
        posting.team = plain(payload, "tt:role")
        posting.posted_at = moment(payload, "pubDate") or moment(payload, "date_published")
        return posting


def _places(payload: Payload) -> list[GivenPlace]:
    places = [
        GivenPlace(plain(row, "tt:name"), plain(row, "tt:city"), None, plain(row, "tt:country"))
        for row in rows(payload, "tt:locations", "tt:location")
    ]
    return [place for place in places if place != GivenPlace()]
