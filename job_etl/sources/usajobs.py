"""USAJOBS: the search of the United States' federal employment site, 500 a page; needs a free key.

Developers' pages: https://developer.usajobs.gov/api-reference/get-api-search. The key goes with the mail address it was
given to, as User-Agent. Pay is in US dollars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, Terms, listing, parse_json
from job_etl.sources.fields import (
    amount,
    coordinate,
    dig,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    present,
    rows,
    salary_range,
    sections,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 500
_FILTERS = ("Keyword", "LocationName", "JobCategoryCode", "Organization", "RemoteIndicator", "DatePosted")
_JOB = "MatchedObjectDescriptor"


class UsaJobs(Source):
    """The open vacancies of usajobs.gov; a board's params are the search's own filters, such as `Keyword`."""

    name = "usajobs"
    title = "USAJOBS"
    base_url = "https://data.usajobs.gov"
    direct = True
    needs = ("USAJOBS_EMAIL", "USAJOBS_API_KEY")
    boards_overlap = True
    terms = Terms(url="https://developer.usajobs.gov/terms-of-service", attribution="Source: USAJOBS")
    volatile = frozenset({"RelevanceRank", "RelevanceScore"})
    implied = frozenset({"USD"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        headers = {"User-Agent": secrets["USAJOBS_EMAIL"], "Authorization-Key": secrets["USAJOBS_API_KEY"]}

        def request(page: int, received: int) -> Request:
            return Request(
                "/api/Search", params={"ResultsPerPage": _PAGE, "Page": page + 1, **filters}, headers=headers
            )

        total = ("SearchResult", "SearchResultCountAll")
        count = ("SearchResult", "UserArea", "NumberOfPages")
        return pages(self, board, ask, request, size=_PAGE, total=total, count=count)

    def cut(self, body: bytes) -> list[Any]:
        found = dig(parse_json(body), "SearchResult", "SearchResultItems")
        return found if isinstance(found, list) else listing(body, "SearchResultItems")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "MatchedObjectId")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        job = dig(payload, _JOB)
        details = dig(job, "UserArea", "Details")
        url = link(job, "PositionURI")
        applications = plains(job, "ApplyURI")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(job, "OrganizationName"),
            title=plain(job, "PositionTitle"),
            places=_places(job),
            description_html=sections(
                (None, text(details, "JobSummary")),
                (None, "\n".join(plains(details, "MajorDuties"))),
                (None, text(job, "QualificationSummary")),
            ),
            url=url,
            apply_url=link({"url": applications[0]}, "url") or url if applications else url,
            remote=flag(details, "RemoteIndicator"),
            employment_type=_names(job, "PositionSchedule"),
            salaries=[
                salary
                for row in rows(job, "PositionRemuneration")
                for salary in salary_range(
                    amount(row, "MinimumRange"),
                    amount(row, "MaximumRange"),
                    "USD",
                    plain(row, "Description") or plain(row, "RateIntervalCode"),
                )
            ],
            department=plain(job, "DepartmentName"),
            industry=_names(job, "JobCategory"),
            requisition_id=plain(job, "PositionID"),
            posted_at=moment(job, "PublicationStartDate"),
            expires_at=moment(job, "ApplicationCloseDate") or moment(job, "PositionEndDate"),
            extra=present(
                offering=_names(job, "PositionOfferingType"),
                grades=[grade for row in rows(job, "JobGrade") for grade in plains(row, "Code")],
                telework=flag(details, "TeleworkEligible"),
            ),
        )


def _places(job: Any) -> list[GivenPlace]:
    """Each duty station; where there are none, the line that is shown for them."""
    places = [
        GivenPlace(
            text=plain(row, "LocationName"),
            city=plain(row, "CityName"),
            region=plain(row, "CountrySubDivisionCode"),
            country=plain(row, "CountryCode"),
            latitude=coordinate(row, "Latitude"),
            longitude=coordinate(row, "Longitude"),
        )
        for row in rows(job, "PositionLocation")
    ]
    shown = plain(job, "PositionLocationDisplay")
    return [place for place in places if place != GivenPlace()] or ([GivenPlace(text=shown)] if shown else [])


def _names(job: Any, key: str) -> str | None:
    return ", ".join(name for row in rows(job, key) if (name := plain(row, "Name"))) or None
