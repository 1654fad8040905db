"""Ashby: public job boards, one request a board.

Developers' pages: https://developers.ashbyhq.com/docs/public-job-posting-api. Of the components of a compensation
only those of the type `Salary` are base pay; a posting has one tier a zone, each with its own range. The payload does
not name the employer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.model import Board, GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    dig,
    distinct,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    rows,
    salary_range,
    salary_text,
    text,
)


class Ashby(Source):
    """Boards of employers who hire with Ashby; a board is the name in its address."""

    name = "ashby"
    title = "Ashby"
    base_url = "https://api.ashbyhq.com"
    hosts = ("api.ashbyhq.com",)
    careers = ("jobs.ashbyhq.com/{board}", "api.ashbyhq.com/posting-api/job-board/{board}")
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        path = f"/posting-api/job-board/{quote(unquote(board.name), safe='')}"
        yield ask(Request(path, params={"includeCompensation": "true"}))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(None, board)
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=[place for row in [payload, *rows(payload, "secondaryLocations")] if (place := _place(row))],
            description_html=text(payload, "descriptionHtml"),
            description_text=text(payload, "descriptionPlain"),
            url=link(payload, "jobUrl"),
            apply_url=link(payload, "applyUrl") or link(payload, "jobUrl"),
            remote=plain(payload, "workplaceType") or flag(payload, "isRemote"),
            employment_type=plain(payload, "employmentType"),
            salaries=_salaries(payload),
            department=plain(payload, "department"),
            team=plain(payload, "team"),
            posted_at=moment(payload, "publishedAt"),
            updated_at=moment(payload, "updatedAt"),
        )


def _place(row: Payload) -> GivenPlace | None:
    address = ("address", "postalAddress")
    place = GivenPlace(
        text=plain(row, "location"),
        city=plain(row, *address, "addressLocality"),
        region=plain(row, *address, "addressRegion"),
        country=plain(row, *address, "addressCountry"),
    )
    return place if place != GivenPlace() else None


def _salaries(payload: Payload) -> list[GivenSalary]:
    """The range of each tier, else of the summary, else the line that sums them up; none that is not to be shown."""
    if flag(payload, "shouldDisplayCompensationOnJobPostings") is False:
        return []
    compensation = dig(payload, "compensation")
    tiers = [component for tier in rows(compensation, "compensationTiers") for component in rows(tier, "components")]
    for components in (tiers, rows(compensation, "summaryComponents")):
        ranges = [
            salary
            for component in components
            if text(component, "compensationType") == "Salary"
            for salary in salary_range(
                amount(component, "minValue"),
                amount(component, "maxValue"),
                plain(component, "currencyCode"),
                plain(component, "interval"),
            )
        ]
        if ranges:
            return list(dict.fromkeys(ranges))
    summaries = ("scrapeableCompensationSalarySummary", "compensationTierSummary")
    return salary_text(*distinct([line for name in summaries if (line := plain(compensation, name))])[:1])
