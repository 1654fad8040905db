"""BambooHR: the JSON list of a careers site, each posting with a detail that has its text.

There is no public documentation. Where a site has no `/careers/list`, the page of its widget is asked, whose HTML list
has title and place. Ids are small numbers of one tenant's own, so the board is part of an identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from job_etl.errors import NotFound, UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import dig, employer, flag, identity, link, moment, plain, salary_text, text

_WORKPLACES = {"0": "onsite", "1": "remote", "2": "hybrid"}
_XHR = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}


class BambooHr(Source):
    """Careers sites of employers who use BambooHR; a board is the subdomain."""

    name = "bamboohr"
    title = "BambooHR"
    base_url = "https://{board}.bamboohr.com"
    careers = ("{board}.bamboohr.com",)
    direct = True
    implied = frozenset({*_WORKPLACES.values(), "bamboohr.com/careers"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        try:
            yield ask(Request("/careers/list", headers=_XHR))
        except NotFound:
            yield ask(Request("/jobs/embed2.php"))

    def cut(self, body: bytes) -> list[Any]:
        return _widget(body) if body.lstrip()[:1] == b"<" else listing(body, "result")

    def identify(self, payload: Payload, board: Board) -> str:
        return f"{board.name}/{identity(payload, 'id')}"

    def detail(self, payload: Payload, board: Board) -> Request | None:
        opening = text(payload, "id")
        return Request(f"/careers/{quote(opening, safe='')}/detail", headers=_XHR) if opening else None

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        opening = dig(payload, "detail", "result", "jobOpening")
        company, inferred = employer(None, board)
        number = quote(text(payload, "id") or "", safe="")
        url = link(opening, "jobOpeningShareUrl") or f"https://{board.name}.bamboohr.com/careers/{number}"
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "jobOpeningName") or plain(opening, "jobOpeningName"),
            places=_places(payload, opening),
            description_html=text(opening, "description"),
            url=url,
            apply_url=url,
            remote=_WORKPLACES.get(text(payload, "locationType") or "") or flag(payload, "isRemote"),
            employment_type=plain(opening, "employmentStatusLabel") or plain(payload, "employmentStatusLabel"),
            salaries=salary_text(plain(opening, "compensation")),
            seniority=plain(opening, "minimumExperience"),
            department=plain(payload, "departmentLabel"),
            posted_at=moment(opening, "datePosted"),
        )


def _places(payload: Payload, opening: Any) -> list[GivenPlace]:
    """The place of the detail, of the list, or the one that the applicants' system has."""
    ats = ("atsLocation",)
    places = (
        GivenPlace(
            city=plain(opening, "location", "city"),
            region=plain(opening, "location", "state"),
            country=plain(opening, "location", "addressCountry"),
        ),
        GivenPlace(city=plain(payload, "location", "city"), region=plain(payload, "location", "state")),
        GivenPlace(
            city=plain(payload, *ats, "city"),
            region=plain(payload, *ats, "state") or plain(payload, *ats, "province"),
            country=plain(payload, *ats, "country"),
        ),
        GivenPlace(text=plain(payload, "location")),
    )
    return [place for place in places if place != GivenPlace()][:1]


def _widget(body: bytes) -> list[Any]:
    """The items of the widget's HTML list, under the names that the JSON list has for them.

    Raises:
        UnreadableAnswer: the page is not the widget's.
    """
    page = LexborHTMLParser(body)
    if page.css_first("[class*=BambooHR-ATS]") is None:
        raise UnreadableAnswer("the answer is a web page, expected JSON or the list of BambooHR's widget")
    return [
        {
            "id": (anchor.attributes.get("href") or "").partition("?")[0].rstrip("/").rpartition("/")[2],
            "jobOpeningName": anchor.text().strip(),
            "location": place.text().strip() if (place := item.css_first("[class*=Location]")) else None,
        }
        for item in page.css("li[id^=bhrPositionID]")
        if (anchor := item.css_first("a"))
    ]
