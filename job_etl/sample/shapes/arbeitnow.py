"""Arbeitnow's feed: pages of `{"data": […], "links": …, "meta": …}`; every text ends with a link back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.model import ContractType, RemoteType, Seniority
from job_etl.sample.dice import Dice
from job_etl.sample.shapes.writing import Markup, html, json_bytes, slug
from job_etl.sample.vacancy import Vacancy

_MARKUP = Markup(heading="<h2>{}</h2>\n")
_PAGE = 100
_FEED = "https://www.arbeitnow.com/api/job-board-api"
_LINKS_BACK = (
    '<p>Find <a href="https://www.arbeitnow.com/">Jobs in Germany</a> on Arbeitnow</a>',
    '<p>Find more <a href="https://www.arbeitnow.com/english-speaking-jobs">English Speaking Jobs in Germany</a> on'
    " Arbeitnow</a>",
)
_LEVELS = {
    Seniority.INTERN: "hilfstätigkeit / student",
    Seniority.JUNIOR: "berufseinstieg",
    Seniority.INTERMEDIATE: "berufserfahren",
    Seniority.SENIOR: "professional / experienced",
    Seniority.LEAD: "professional / experienced",
}
_JOB_TYPES = {
    ContractType.FULL_TIME: "Full time",
    ContractType.PART_TIME: "Part time",
    ContractType.CONTRACT: "Freelance",
    ContractType.INTERN: "Working student",
    ContractType.TEMP: "Contract",
}


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One of `data`. The wording of the link back rotates from one answer to the next."""
    dice = vacancy.dice("arbeitnow")
    page = f"{slug(vacancy.title)}-{slug(vacancy.place.text)}-{100_000 + vacancy.number}"
    kinds = [_JOB_TYPES[vacancy.contract]] if dice.chance(0.5) or vacancy.contract is not ContractType.FULL_TIME else []
    remote = vacancy.work is RemoteType.REMOTE or (vacancy.work is RemoteType.HYBRID and dice.chance(0.4))
    return {
        "slug": page,
        "company_name": vacancy.company,
        "title": vacancy.title,
        "description": html(vacancy.sections, _MARKUP) + Dice(page, crawl).one(_LINKS_BACK),
        "remote": remote,
        "url": f"https://www.arbeitnow.com/jobs/companies/{slug(vacancy.company)}/{page}",
        "tags": ["Remote"] * remote + [vacancy.department],
        "job_types": kinds + [_LEVELS[vacancy.level]] * (vacancy.level in _LEVELS and dice.chance(0.7)),
        "location": vacancy.location,
        "created_at": int(vacancy.published.timestamp()),
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The pages of the feed."""
    pages = [payloads[start : start + _PAGE] for start in range(0, len(payloads), _PAGE)] or [[]]
    return [
        json_bytes(
            {
                "data": page,
                "links": {
                    "first": f"{_FEED}?page=1",
                    "last": None,
                    "prev": f"{_FEED}?page={number - 1}" if number > 1 else None,
                    "next": f"{_FEED}?page={number + 1}" if number < len(pages) else None,
                },
                "meta": {
                    "current_page": number,
                    "from": (number - 1) * _PAGE + 1,
                    "path": _FEED,
                    "per_page": _PAGE,
                    "to": (number - 1) * _PAGE + len(page),
                },
            }
        )
        for number, page in enumerate(pages, start=1)
    ]
