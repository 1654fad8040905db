"""Greenhouse's job board API: `{"jobs": […], "meta": {"total": n}}`, `content` HTML escaped once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any

from job_etl.model import ContractType
from job_etl.sample.shapes.writing import Markup, html, json_bytes
from job_etl.sample.vacancy import Vacancy

_MARKUP = Markup(heading="<h3><strong>{}</strong></h3>\n")
_EASTERN = timezone(timedelta(hours=-5))
_EMPLOYMENT = {
    ContractType.FULL_TIME: "Full-time",
    ContractType.PART_TIME: "Part-time",
    ContractType.CONTRACT: "Fixed-term contract",
    ContractType.INTERN: "Intern",
    ContractType.TEMP: "Temporary",
}


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One of `jobs`. A fifth were saved again by the employer between crawls, with nothing else changed."""
    identity = 4_300_000_000 + vacancy.number
    saved_again = vacancy.updated + timedelta(days=crawl) if vacancy.dice("saved").chance(0.2) else vacancy.updated
    metadata: list[dict[str, Any]] = [
        _field(7101, "Employment Type", _EMPLOYMENT[vacancy.contract], "single_select"),
        _field(7102, "Workplace Type", vacancy.work.title(), "single_select"),
    ]
    if vacancy.pay and vacancy.pay_told == "field":
        amounts = {
            "unit": vacancy.pay.currency,
            "min_value": f"{vacancy.pay.minimum}.0",
            "max_value": f"{vacancy.pay.maximum}.0",
        }
        metadata.append(_field(7103, "Salary Range", amounts, "currency_range"))
    intro, *rest = vacancy.sections
    content = f'<div class="content-intro">{html([intro], _MARKUP)}</div>{html(rest, _MARKUP)}'
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/{board}/jobs/{identity}",
        "data_compliance": [
            {
                "type": "gdpr",
                "requires_consent": False,
                "requires_processing_consent": False,
                "requires_retention_consent": False,
                "retention_period": None,
                "demographic_data_consent_applies": False,
            }
        ],
        "internal_job_id": identity - 1_000_000,
        "location": {"name": vacancy.location},
        "metadata": metadata,
        "id": identity,
        "updated_at": _time(saved_again),
        "requisition_id": f"R-{vacancy.number}",
        "title": vacancy.title,
        "company_name": vacancy.company,
        "first_published": _time(vacancy.published),
        "language": vacancy.language,
        "content": escape(content).replace("&#x27;", "&#39;"),
        "departments": [
            {"id": 9000 + len(vacancy.department), "name": vacancy.department, "child_ids": [], "parent_id": None}
        ],
        "offices": [
            {
                "id": 8000 + len(vacancy.place.text),
                "name": vacancy.place.city or "Remote",
                "location": vacancy.place.text,
                "child_ids": [],
                "parent_id": None,
            }
        ],
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The one answer of a board."""
    return [json_bytes({"jobs": payloads, "meta": {"total": len(payloads)}})]


def _field(number: int, name: str, value: Any, kind: str) -> dict[str, Any]:
    return {"id": number, "name": name, "value": value, "value_type": kind}


def _time(moment: datetime) -> str:
    return moment.astimezone(_EASTERN).isoformat(timespec="seconds")
