"""Any careers page or sitemap whose pages embed schema.org `JobPosting`, for employers with no known system.

`url` leads to a sitemap (https://www.sitemaps.org/protocol.html), also under gzip, to an index of sitemaps, or to a
page that embeds the postings or links to their pages. `match` is what the address of a posting's page has in it, such
as "/jobs/"; other pages are left alone, and so are those that the site's robots.txt forbids. A page of a sitemap or a
link is an item `{"loc", "lastmod"}`, and is asked for when it is new or its date has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from job_etl import jsontext
from job_etl.errors import ConfigError, Refused, TransientError, UnreadableAnswer, UnreadablePayload
from job_etl.http.body import read_body
from job_etl.model import Board, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, parse_json
from job_etl.sources.fields import dig, distinct, employer, identity, link, rows, text
from job_etl.sources.robots import Robots, robots_of
from job_etl.sources.xmltext import document, elements

_MAX_SITEMAPS = 50
_GZIP = b"\x1f\x8b"
_LARGEST_SITEMAP = 50 << 20  # decompressed, as the protocol has it


class JsonLd(Source):
    """Careers pages with JSON-LD; a board is a name of your choice with the params `url` and `match`."""

    name = "jsonld"
    title = "Careers pages with schema.org JobPosting"
    base_url = "{url}"
    direct = True
    rate = Rate(per_second=0.5, concurrency=1)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        match, url = str(board.params.get("match", "")), str(board.params.get("url", ""))
        robots = robots_of(url, ask)
        if not robots.allows(url):
            raise Refused(f"robots.txt does not allow {url} to be asked")
        start = _plain(ask(Request("")))
        if _is_page(start.body):
            if self.cut_page(start.body) or not match:
                yield start
            else:
                yield _listing(start.url, [{"loc": url} for url in _links(start) if match in url], robots)
            return
        if not match:
            raise ConfigError(f"{board}: params.match is missing, it says which addresses of the sitemap are postings")
        for sitemap in _sitemaps(start, ask):
            entries = [row for row in _entries(sitemap.body) if match in (text(row, "loc") or "")]
            yield _listing(sitemap.url, entries, robots)

    def cut(self, body: bytes) -> list[Any]:
        if _is_page(body):
            return self.cut_page(body) or _refuse("the page embeds no schema.org JobPosting")
        if body.lstrip()[:1] == b"<":
            return list(_entries(body))
        answer = parse_json(body)
        if isinstance(answer, list) and all(isinstance(item, dict) and "loc" in item for item in answer):
            return answer
        return list(schemaorg.within(answer)) or _refuse("the answer holds no schema.org JobPosting")

    def cut_page(self, body: bytes) -> list[Any]:
        """The postings that a page embeds."""
        return list(schemaorg.in_page(body))

    def identify(self, payload: Payload, board: Board) -> str:
        if isinstance(payload, dict) and "loc" in payload:
            return identity(payload, "loc")
        identifier = schemaorg.identifier(payload) if isinstance(payload, dict) else None
        return link(payload, "url") or (f"{board.name}/{identifier}" if identifier else identity(payload, "url"))

    def detail(self, payload: Payload, board: Board) -> Request | None:
        page = link(payload, "loc")
        return Request(page) if page else None

    def cut_detail(self, body: bytes) -> Any:
        for posting in schemaorg.in_page(body):
            return posting
        raise UnreadableAnswer("the page embeds no schema.org JobPosting")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        source_job_id = self.identify(payload, board)
        listed = "loc" in payload
        if listed and not isinstance(dig(payload, "detail"), dict):
            raise UnreadablePayload("the page embeds no schema.org JobPosting")
        posting = schemaorg.read(payload["detail"] if listed else payload, source_job_id)
        posting.company, posting.company_inferred = employer(posting.company, board)
        posting.url = posting.url or link(payload, "loc")
        posting.apply_url = posting.url
        return posting


def _is_page(body: bytes) -> bool:
    head = body.lstrip()[:2000].lower()
    return head.startswith((b"<!doctype html", b"<html")) or (head[:1] == b"<" and b"<html" in head)


def _entries(body: bytes) -> list[Payload]:
    return rows(document(body, "urlset"), "url")


def _links(page: Answer) -> list[str]:
    addresses = (anchor.attributes.get("href") or "" for anchor in LexborHTMLParser(page.body).css("a[href]"))
    absolute = ({"url": urljoin(page.url, address)} for address in addresses)
    return distinct([url.partition("#")[0] for row in absolute if (url := link(row, "url"))])


def _sitemaps(start: Answer, ask: Ask) -> Iterator[Answer]:
    """A sitemap, or those that an index leads to.

    Raises:
        TransientError: there are more than are asked for.
    """
    waiting, named = [start], {start.url}
    while waiting:
        answer = waiting.pop()
        if b"<sitemapindex" not in answer.body[:2000]:
            yield answer
            continue
        for row in elements(answer.body, "sitemapindex", "sitemap"):
            if (url := link(row, "loc")) and url not in named:
                named.add(url)
                if len(named) <= _MAX_SITEMAPS:
                    waiting.append(_plain(ask(Request(url))))
    if len(named) > _MAX_SITEMAPS:
        raise TransientError(f"{start.url} leads to {len(named)} sitemaps, of which {_MAX_SITEMAPS} were asked")


def _listing(url: str, entries: list[Payload], robots: Robots) -> Answer:
    """The entries as an answer of their own, without those that robots.txt forbids.

    Raises:
        Refused: it forbids all of them.
    """
    allowed = [row for row in entries if robots.allows(text(row, "loc") or "")]
    if entries and not allowed:
        raise Refused("robots.txt does not allow any of the postings' pages to be asked")
    return Answer(url=url, body=jsontext.encode(allowed))


def _plain(answer: Answer) -> Answer:
    """The answer without the compression of the file that was asked for."""
    if not answer.body.startswith(_GZIP):
        return answer
    return Answer(answer.url, read_body([answer.body], "gzip", _LARGEST_SITEMAP), answer.headers)


def _refuse(reason: str) -> list[Any]:
    raise UnreadableAnswer(reason)
