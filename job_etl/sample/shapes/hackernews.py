"""Hacker News through Algolia: a thread with its comments as `children`, and the hits of a search for job stories.

What is posted there is free text: a head line, then paragraphs that begin with `<p>` and do not end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.model import ContractType, RemoteType
from job_etl.sample.shapes.writing import json_bytes, slug
from job_etl.sample.vacancy import Vacancy

_THREAD = 57_219_668
_WORK = {RemoteType.REMOTE: "REMOTE", RemoteType.HYBRID: "Hybrid", RemoteType.ONSITE: "ONSITE"}
_CONTRACT = {
    ContractType.FULL_TIME: "Full-time",
    ContractType.PART_TIME: "Part-time",
    ContractType.CONTRACT: "Contract",
    ContractType.INTERN: "Intern",
}


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One comment of the thread."""
    home = f"https://{slug(vacancy.company)}.example"
    apply = f"{home}/careers/{slug(vacancy.title)}"
    work = _WORK[vacancy.work]
    where = f"{work} ({vacancy.location})" if vacancy.work is RemoteType.REMOTE else f"{vacancy.location} | {work}"
    head = [vacancy.company, vacancy.title, where]
    if vacancy.contract in _CONTRACT:
        head.append(_CONTRACT[vacancy.contract])
    if vacancy.pay and vacancy.pay_told != "none":
        low, high = (round(amount / 1000) for amount in (vacancy.pay.minimum, vacancy.pay.maximum))
        code = f" {vacancy.pay.currency}" if vacancy.pay.currency == "CAD" else ""
        head.append(f"{vacancy.pay.sign}{low}k - {vacancy.pay.sign}{high}k{code}")
    lists = [
        text
        for section, items in ((vacancy.duties, vacancy.duties.items[:3]), (vacancy.asks, vacancy.asks.items[1:4]))
        for text in (f"{section.heading}:", *[f"- {item}" for item in items])
    ]
    paragraphs = [" | ".join(head), *vacancy.about.paragraphs, *lists, f"Stack: {', '.join(vacancy.skills)}"]
    text = "<p>".join([*map(_escaped, paragraphs), f"Apply: {_link(apply)}"])
    created = int(vacancy.published.timestamp())
    return {
        "id": _THREAD + 10_000 + vacancy.number,
        "created_at": f"{vacancy.published:%Y-%m-%dT%H:%M:%S}.000Z",
        "created_at_i": created,
        "type": "comment",
        "author": slug(vacancy.company).replace("-", "")[:12],
        "title": None,
        "url": None,
        "text": text,
        "points": None,
        "parent_id": _THREAD,
        "story_id": _THREAD,
        "options": [],
        "children": [],
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The thread, then the job stories."""
    thread = {
        "id": _THREAD,
        "created_at": "2026-11-02T16:00:00.000Z",
        "created_at_i": 1_793_635_200,
        "type": "story",
        "author": "whoishiring",
        "title": "Ask HN: Who is hiring? (November 2026)",
        "url": None,
        "text": "Please state the location and include REMOTE for remote work.",
        "points": 312,
        "parent_id": None,
        "story_id": _THREAD,
        "children": [posting for posting in payloads if "objectID" not in posting],
    }
    hits = [posting for posting in payloads if "objectID" in posting]
    stories = {"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 50}
    return [json_bytes(thread), json_bytes(stories)]


def _escaped(text: str) -> str:
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("'", "&#x27;"),
        ('"', "&quot;"),
        ("/", "&#x2F;"),
    ):
        text = text.replace(character, entity)
    return text


def _link(url: str) -> str:
    shown = url if len(url) <= 60 else f"{url[:57]}..."
    return f'<a href="{_escaped(url)}" rel="nofollow">{_escaped(shown)}</a>'
