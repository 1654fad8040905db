"""Hacker News: the monthly threads "Ask HN: Who is hiring?" and the job stories, through Algolia's search.

API: https://hn.algolia.com/api. An advertisement is a comment at the top level of a thread; replies, deleted and dead
comments are none. It is free text whose first line mostly says "Company | Role | Place | REMOTE"; a comment without
such a line is an advertisement too, but what says nothing of hiring ("good luck everyone") is rejected. A job story is
a title ("Acme (YC S21) is hiring engineers") and a link.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.errors import UnreadableAnswer, UnreadablePayload
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import dig, flag, identity, link, moment, plain, salary_text, text
from job_etl.sources.headline import Headline, parse

_PAGE = "https://news.ycombinator.com/item?id="
_DEFAULT_THREADS = 2
_LONGEST_COMMENT = 20_000
_REMOVED = frozenset({"[deleted]", "[dead]", "[flagged]", "[delayed]"})
_OF_HIRING = re.compile(
    r"\b(hir(e|es|ing)|roles?|positions?|openings?|engineers?|developers?|designers?|scientists?|managers?|remote|on-?site"
    r"|hybrid|apply|careers?|jobs?|salary|looking for|seeking|co-?founders?|interns?)\b",
    re.IGNORECASE,
)
_APPLY = re.compile(
    r"apply|job|career|hiring|join|position|recruit|lever\.co|greenhouse|workable|forms\.gle|docs\.google\.com/forms"
    r"|breezy|rippling|teamtailor|personio|notion\.site",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"<a\b[^<>]*\bhref=[\"']([^\"'<>]*)[\"'][^<>]*>[^<]*</a>", re.IGNORECASE)


class HackerNews(Source):
    """The newest threads and job stories.

    The param `threads` says how many, by default two, so that a new month does not close the last.
    """

    name = "hackernews"
    title = "Hacker News: Who is hiring?"
    base_url = "https://hn.algolia.com"
    hosts = ("hn.algolia.com",)
    direct = True
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://hn.algolia.com/api", attribution="Source: Hacker News", link_back=True)
    volatile = frozenset({"children", "points", "_highlightResult", "num_comments", "updated_at"})
    implied = frozenset({_PAGE})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        search = "/api/v1/search_by_date"
        stories = ask(
            Request(search, params={"tags": "story,author_whoishiring", "query": "hiring", "hitsPerPage": 20})
        )
        threads = [
            hit.get("objectID") or hit.get("id")
            for hit in listing(stories.body, "hits")
            if isinstance(hit, dict) and "who is hiring" in (text(hit, "title") or "").lower()
        ]
        if not threads:
            raise UnreadableAnswer("the search names no thread “Who is hiring?”")
        for thread in threads[: int(board.params.get("threads", _DEFAULT_THREADS))]:
            yield ask(Request(f"/api/v1/items/{quote(str(thread), safe='')}"))
        yield ask(Request(search, params={"tags": "job", "hitsPerPage": 50}))

    def cut(self, body: bytes) -> list[Any]:
        return [item for item in listing(body, "children", "hits", "jobs") if not _is_no_advertisement(item)]

    def identify(self, payload: Payload, board: Board) -> str:
        item = identity(payload, "id" if dig(payload, "id") else "objectID")
        if not (item.isascii() and item.isdigit()):
            raise UnreadablePayload(f"the id {item[:40]!r} is not the number of an item of Hacker News")
        return item

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        source_job_id = self.identify(payload, board)
        story_title = plain(payload, "title")
        body = text(payload, "text") or text(payload, "comment_text") or text(payload, "job_text")
        if body in _REMOVED:
            raise UnreadablePayload("the comment's text was removed")
        is_story = story_title is not None or text(payload, "source") == "direct"
        beginning = (body or "")[:_LONGEST_COMMENT]
        words = story_title or _plain_text(beginning)
        headline = parse(words.split("\n")[0] if is_story else words)
        if not headline and not _OF_HIRING.search(words):
            raise UnreadablePayload("the comment has no head line and no word of hiring, so it advertises nothing")
        url = f"{_PAGE}{source_job_id}"
        return GivenPosting(
            source_job_id=source_job_id,
            company=headline.company,
            title=headline.title,
            places=[GivenPlace(text=place) for place in dict.fromkeys(headline.places)],
            description_html=None if is_story else body,
            description_text=body if is_story else None,
            url=url,
            apply_url=link(payload, "url") or _apply_url(beginning) or url,
            remote=_workplace(headline),
            employment_type=", ".join(dict.fromkeys(headline.employment)) or None,
            salaries=salary_text(*headline.pay[:1]),
            posted_at=moment(payload, "created_at_i") or moment(payload, "time") or moment(payload, "created_at"),
        )


def _is_no_advertisement(item: Any) -> bool:
    """A reply, a comment that is gone, or a thread among the hits of a search."""
    if not isinstance(item, dict):
        return False
    is_reply = all(item.get(name) for name in ("parent_id", "story_id")) and item["parent_id"] != item["story_id"]
    has_words = any(text(item, name) for name in ("text", "comment_text", "job_text", "title"))
    tags = item.get("_tags")
    is_thread = isinstance(tags, list) and "story" in tags and "job" not in tags
    return bool(is_reply or is_thread or not has_words or flag(item, "deleted") or flag(item, "dead"))


def _plain_text(body: str) -> str:
    """The text of a comment, a line a paragraph; links as their addresses, since their texts are cut short."""
    written_out = _ANCHOR.sub(r" \1 ", re.sub(r"<p\b[^<>]*>", "\n", body))
    return html.unescape(re.sub(r"</?[a-z][^<>]*>", "", written_out))


def _workplace(headline: Headline) -> str | None:
    return ", ".join(dict.fromkeys(headline.remote)) or None


def _apply_url(body: str) -> str | None:
    """The first link that leads to applying, by its words; a home page is not one."""
    links = ({"url": html.unescape(found)} for found in _ANCHOR.findall(body))
    return next((url for row in links if (url := link(row, "url")) and _APPLY.search(url)), None)
