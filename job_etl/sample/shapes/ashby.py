"""Ashby's job board API: `{"jobs": […], "apiVersion": "1"}`, with pay in tiers of components."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.model import ContractType, RemoteType
from job_etl.sample.shapes.writing import Markup, html, json_bytes, plain
from job_etl.sample.vacancy import Pay, Vacancy

_STYLE = ' style="min-height:1.5em"'
_MARKUP = Markup(
    heading="<h2><strong>{}</strong></h2>",
    paragraph=f"<p{_STYLE}>{{}}</p><p{_STYLE}></p>",
    items=f"<ul{_STYLE}>{{}}</ul><p{_STYLE}></p>",
    item=f"<li><p{_STYLE}>{{}}</p></li>",
)
_EMPLOYMENT = {
    ContractType.FULL_TIME: "FullTime",
    ContractType.PART_TIME: "PartTime",
    ContractType.CONTRACT: "Contract",
    ContractType.INTERN: "Intern",
    ContractType.TEMP: "Temporary",
}
_WORKPLACE = {RemoteType.REMOTE: "Remote", RemoteType.HYBRID: "Hybrid", RemoteType.ONSITE: "OnSite"}


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One of `jobs`."""
    dice = vacancy.dice("ashby")
    page = f"https://jobs.ashbyhq.com/{board}/{dice.uuid()}"
    address = {"addressCountry": vacancy.place.country}
    if vacancy.place.city:
        address |= {"addressRegion": vacancy.place.region or "", "addressLocality": vacancy.place.city}
    return {
        "id": page.rpartition("/")[2],
        "title": vacancy.title,
        "department": vacancy.department,
        "team": vacancy.department,
        "employmentType": _EMPLOYMENT[vacancy.contract],
        "location": vacancy.location,
        "shouldDisplayCompensationOnJobPostings": vacancy.pay_told != "none",
        "secondaryLocations": [],
        "publishedAt": f"{vacancy.published:%Y-%m-%dT%H:%M:%S}.{dice.number(0, 999):03d}+00:00",
        "isListed": True,
        "isRemote": vacancy.work is RemoteType.REMOTE,
        "workplaceType": _WORKPLACE[vacancy.work],
        "address": {"postalAddress": address} if vacancy.place.area else None,
        "jobUrl": page,
        "applyUrl": f"{page}/application",
        "descriptionHtml": html(vacancy.sections, _MARKUP),
        "descriptionPlain": plain(vacancy.sections),
        "compensation": _compensation(vacancy.pay, vacancy.pay_told == "field", dice.uuid()),
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The one answer of a board."""
    return [json_bytes({"jobs": payloads, "apiVersion": "1"})]


def _compensation(pay: Pay | None, in_tiers: bool, identity: str) -> dict[str, Any]:
    """One tier with base pay and equity, or only the line that sums it up."""
    if pay is None:
        return {
            "compensationTierSummary": None,
            "scrapeableCompensationSalarySummary": None,
            "compensationTiers": [],
            "summaryComponents": [],
        }
    sign = {"CAD": "CA$"}.get(pay.currency, pay.sign)
    low, high = (f"{sign}{amount / 1000:g}K" for amount in (pay.minimum, pay.maximum))
    salary = {
        "id": identity,
        "summary": f"{low} – {high}",
        "compensationType": "Salary",
        "interval": "1 YEAR",
        "currencyCode": pay.currency,
        "minValue": pay.minimum,
        "maxValue": pay.maximum,
    }
    equity = {
        "id": identity[::-1],
        "summary": "Offers Equity",
        "compensationType": "EquityPercentage",
        "interval": "NONE",
        "currencyCode": None,
        "minValue": None,
        "maxValue": None,
    }
    tier = {
        "id": identity,
        "tierSummary": f"{low} – {high} • Offers Equity",
        "title": "Canada",
        "additionalInformation": None,
        "components": [salary, equity],
    }
    return {
        "compensationTierSummary": f"{low} – {high} • Offers Equity",
        "scrapeableCompensationSalarySummary": f"{low} - {high}",
        "compensationTiers": [tier] if in_tiers else [],
        "summaryComponents": [salary, equity] if in_tiers else [],
    }
