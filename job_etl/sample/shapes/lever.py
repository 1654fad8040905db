"""Lever's postings API: a bare list; a body in several parts, each as HTML and as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from job_etl.model import ContractType
from job_etl.sample.shapes.writing import Markup, html, items, json_bytes, plain
from job_etl.sample.vacancy import Vacancy

_MARKUP = Markup(heading='<div><b style="font-size: 18px">{}</b></div>', paragraph="<div>{}</div><div><br></div>")
_COMMITMENT = {
    ContractType.FULL_TIME: "Full-time",
    ContractType.PART_TIME: "Part-time",
    ContractType.CONTRACT: "Contract",
    ContractType.INTERN: "Internship",
    ContractType.TEMP: "Temporary",
}


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One posting of the list."""
    identity = vacancy.dice("lever").uuid()
    page = f"https://jobs.lever.co/{board}/{identity}"
    opening, body = html([vacancy.about], _MARKUP), html([vacancy.role], _MARKUP)
    last = [vacancy.offers, vacancy.closing]
    posting: dict[str, Any] = {
        "additionalPlain": plain(last),
        "additional": html(last, _MARKUP),
        "categories": {
            "commitment": _COMMITMENT[vacancy.contract],
            "department": vacancy.department,
            "location": vacancy.location,
            "team": vacancy.department,
            "allLocations": [vacancy.location],
        },
        "createdAt": int(vacancy.published.timestamp()) * 1000 + 482,
        "descriptionPlain": plain([vacancy.about, vacancy.role]),
        "description": opening + body,
        "id": identity,
        "lists": [
            {"text": section.heading, "content": "\n" + items(section, _MARKUP)}
            for section in (vacancy.duties, vacancy.asks)
        ],
        "text": vacancy.title,
        "country": vacancy.place.code if vacancy.place.city else None,
        "workplaceType": str(vacancy.work),
        "opening": opening,
        "openingPlain": plain([vacancy.about]),
        "descriptionBody": body,
        "descriptionBodyPlain": plain([vacancy.role]),
        "hostedUrl": page,
        "applyUrl": f"{page}/apply",
    }
    if vacancy.pay and vacancy.pay_told == "field":
        posting["salaryRange"] = {
            "interval": "per-year-salary",
            "currency": vacancy.pay.currency,
            "min": vacancy.pay.minimum,
            "max": vacancy.pay.maximum,
        }
    elif vacancy.pay_section:
        said = vacancy.pay_section.paragraphs[0]
        posting |= {"salaryDescription": f"<div>{escape(said, quote=False)}</div>", "salaryDescriptionPlain": said}
    return posting


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The one answer of a board with fewer than a hundred postings."""
    return [json_bytes(payloads)]
