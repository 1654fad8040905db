"""Remotive's feed: an object with its terms, counts and `jobs`; pay is a line of text in the employer's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.model import ContractType
from job_etl.sample.dice import Dice
from job_etl.sample.shapes.writing import Markup, html, json_bytes, slug
from job_etl.sample.vacancy import Vacancy

_MARKUP = Markup(
    heading="<p><strong>{}</strong></p>\n", items='<ul style="">\n{}</ul>\n', item='<li style="">{}</li>\n'
)
_CATEGORIES = {
    "Data": "Data and Analytics",
    "Data Science": "Data and Analytics",
    "Machine Learning": "AI / ML",
    "Engineering": "Software Development",
    "Infrastructure": "Devops",
    "Security": "Information Technology",
    "Product": "Product Management",
    "Customer Support": "Customer Service",
    "People": "Human Resources",
}
_JOB_TYPES = {
    ContractType.FULL_TIME: "full_time",
    ContractType.PART_TIME: "part_time",
    ContractType.CONTRACT: "freelance",
    ContractType.INTERN: "internship",
    ContractType.TEMP: "contract",
}
_HOURS_A_YEAR = 2000
_LEGAL = (
    "Legal warning - Please link back to the URL found on Remotive AND mention Remotive as a source. Please do not"
    " submit Remotive jobs to third party websites. Jobs displayed are delayed by 24 hours."
)


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One of `jobs`."""
    dice = vacancy.dice("remotive")
    identity = 2_000_000 + vacancy.number
    category = _CATEGORIES.get(vacancy.department, vacancy.department)
    logo = f"https://remotive.com/job/{identity}/logo"
    pixel = f'<img src="https://remotive.com/job/track/{identity}/blank.gif?source=public_api" alt=""/>'
    return {
        "id": identity,
        "url": f"https://remotive.com/remote-jobs/{slug(category)}/{slug(vacancy.title)}-{identity}",
        "title": vacancy.title,
        "company_name": vacancy.company,
        "company_logo": logo,
        "category": category,
        "tags": [word.lower() for word in vacancy.skills],
        "job_type": _JOB_TYPES[vacancy.contract],
        "publication_date": f"{vacancy.published:%Y-%m-%dT%H:%M:%S}",
        "candidate_required_location": vacancy.location,
        "salary": _line(vacancy, dice),
        "description": html(vacancy.sections, _MARKUP) + pixel,
        "company_logo_url": logo,
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The whole feed in one answer."""
    feed = {
        "00-warning": "Remotive main domain moved to remotive.com ! Please make your API calls on remotive.com",
        "0-legal-notice": _LEGAL,
        "job-count": len(payloads),
        "total-job-count": len(payloads),
        "jobs": payloads,
    }
    return [json_bytes(feed, ascii_only=True)]


def _line(vacancy: Vacancy, dice: Dice) -> str:
    pay = vacancy.pay
    if pay is None or vacancy.pay_told == "none":
        return ""
    if vacancy.contract is ContractType.CONTRACT:
        low, high = (round(amount / _HOURS_A_YEAR) for amount in (pay.minimum, pay.maximum))
        return dice.one([f"{pay.sign}{low} - {pay.sign}{high} /hour", f"{pay.sign}{low} - {pay.sign}{high}/hr"])
    low, high = (round(amount / 1000) for amount in (pay.minimum, pay.maximum))
    written = [
        f"{pay.sign}{low}k - {pay.sign}{high}k",
        f"{pay.sign}{low},000 - {pay.sign}{high},000",
        f"{pay.sign}{low}k- {pay.sign}{high}k",
        f"{low}k - {high}k {pay.currency}",
    ]
    return dice.one(written)
