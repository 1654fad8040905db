"""From the address of a careers page to the board behind it.

Belongs here: reading addresses, and finding one of a known provider in a page of a company's own. What a provider's
addresses look like is its source's (`Source.careers`).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import cache
from urllib.parse import unquote, urlsplit

from job_etl.errors import PermanentError
from job_etl.http import Client, Site
from job_etl.model import Board
from job_etl.sources import SOURCES, schemaorg
from job_etl.sources.base import Rate, Request, Source

_URL = re.compile(r"(?:https?:)?//[a-z0-9.-]+(?:/[^\s\"'<>\\]*)?", re.IGNORECASE)
_WEB_PAGE = re.compile(r"https?://[^/?#\s]+\.[^\s]+$", re.IGNORECASE)
_FIELD = re.compile(r"\{(\w+)\}")
_VALUES = {"locale": "[a-z]{2}(?:-[a-z]{2,4})?", "region": "[a-z]{2}", "instance": "[a-z0-9-]+"}
_IN_HOST = "[a-z0-9][a-z0-9.-]*"
_IN_PATH = "[^/?#]+"
_IN_QUERY = "[^&#]+"
# What providers themselves have in the place of a tenant, in the host and elsewhere.
_NO_HOST = (
    r"(?!(?:www|app|api|apply|assets|blog|careers|cdn|developers|docs|embed|help|jobs|login|static|support|v1)\.)"
)
_NO_SEGMENT = r"(?!(?:api|assets|embed|js|static|v1|wday)(?:[/?#]|$))"


def board_at(url: str) -> Board | None:
    """The board whose careers page, or one of whose postings, is at a URL; None where no source knows it."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    address = f"{parts.hostname or ''}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")
    for source in SOURCES.values():
        for written in source.careers:
            if found := _pattern(written).match(address):
                return _board(source, {name: unquote(value) for name, value in found.groupdict().items()})
    return None


def boards_in(page: str) -> list[Board]:
    """The boards that a page links to or embeds, the one it names most often first."""
    # Scripts write addresses with escaped slashes.
    plain = html.unescape(page).replace("\\/", "/").replace("\\u002F", "/")
    found = [board for url in _URL.findall(plain) if (board := board_at(url))]
    by_name = {str(board): board for board in found}
    return [by_name[name] for name, _ in Counter(map(str, found)).most_common()]


def recognise(url: str, client: Client) -> Board:
    """The board behind a careers page: by its address, else by what the page at a company's own address embeds.

    A page that embeds postings of its own as schema.org's `JobPosting` is a board of `jsonld`.

    Raises:
        JobEtlError: the page cannot be had, or it shows no board of a source we know.
    """
    if board := board_at(url):
        return board
    address = url if "//" in url else f"https://{url}"
    if not _WEB_PAGE.match(address):
        raise PermanentError(f"{url!r} is not the address of a careers page, such as https://jobs.lever.co/acme")
    site = Site(source="careers", base_url=address, hosts=("*",), rate=Rate(1, 1))
    page = client.session(site, seconds=60).ask(Request("", headers={"Accept": "text/html"}))
    led_to = board_at(page.url)
    boards = [led_to] if led_to else boards_in(page.body.decode("utf-8", errors="replace"))
    if not boards and page.body.strip() and schemaorg.in_page(page.body):
        boards = [Board("jsonld", urlsplit(page.url).hostname or "", None, {"url": page.url})]
    if not boards:
        raise PermanentError(
            f"{url}: neither its address nor its page shows a board of a source we know; where its sitemap leads to"
            " pages with schema.org JobPosting, write it under jsonld in sources.yml (docs/sources.md)"
        )
    return boards[0]


def _board(source: Source, fields: dict[str, str]) -> Board:
    used = {"locale", *_FIELD.findall(source.board_name)}
    params = {name: value for name, value in fields.items() if name not in used}
    return Board(source.name, source.board_name.format_map(fields), None, params)


@cache
def _pattern(written: str) -> re.Pattern[str]:
    """An address with fields in braces; what stands in one twice is the same twice."""
    host, slash, rest = written.partition("/")
    path, question, query = rest.partition("?")
    pattern, seen = "", set[str]()
    for part, value in (
        (host, _NO_HOST + _IN_HOST),
        (slash + path, _NO_SEGMENT + _IN_PATH),
        (question + query, _IN_QUERY),
    ):
        texts = _FIELD.split(part)
        for text, name in zip(texts[::2], [*texts[1::2], ""], strict=True):
            pattern += re.escape(text)
            if name:
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{_VALUES.get(name, value)})"
                seen.add(name)
    return re.compile(f"{pattern}(?=$|[/?#&])", re.IGNORECASE)
