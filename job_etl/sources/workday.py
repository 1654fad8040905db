"""Workday: public career sites, twenty postings a page, each with a detail of its own.

There is no public documentation; this is what the sites' own pages ask. `total` stops at 2,000, and offsets past it
begin again, so a larger site is asked facet by facet. `postedOn` is relative ("Posted 30+ Days Ago"), and
`locationsText` may be "3 Locations": the detail has the date and the places. The list names a posting by its path,
which ends in the requisition's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.errors import ConfigError, TransientError, UnreadablePayload
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing, parse_json
from job_etl.sources.fields import (
    dig,
    distinct,
    employer,
    identity,
    link,
    moment,
    number,
    plain,
    plains,
    rows,
    text,
)
from job_etl.sources.paging import pages

_HOST = "myworkdayjobs.com"
_PAGE = 20
_CAP = 2000


class Workday(Source):
    """Career sites of employers who use Workday; a board is tenant, instance and site as in `acme.wd5/External`."""

    name = "workday"
    title = "Workday"
    base_url = f"https://{_HOST}"
    hosts = (f"*.{_HOST}",)
    careers = (
        "{tenant}.{instance}.myworkdayjobs.com/wday/cxs/{tenant}/{site}",
        "{tenant}.{instance}.myworkdayjobs.com/{locale}/{site}",
        "{tenant}.{instance}.myworkdayjobs.com/{site}",
    )
    board_name = "{tenant}.{instance}/{site}"
    direct = True
    rate = Rate(per_second=2, concurrency=1)
    volatile = frozenset({"postedOn", "timeLeftToApply"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        if not all(_parts(board)):
            raise ConfigError(f"{board}: a Workday board is written tenant.instance/site, such as acme.wd5/External")
        return self._slice(board, ask, {})

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobPostings")

    def identify(self, payload: Payload, board: Board) -> str:
        path = identity(payload, "externalPath")
        if "/" not in path:
            raise UnreadablePayload(f"the path {path[:60]!r} of the posting is not one of a career site")
        return f"{board.name}/{path.rpartition('_')[2] if '_' in path else path.rpartition('/')[2]}"

    def comparable(self, payload: Payload) -> Payload:
        compared = super().comparable(payload)
        info = dig(payload, "detail", "jobPostingInfo")
        if isinstance(info, dict):
            # Beside it stand other postings that are similar, and who asks; it too says how long ago it was posted.
            compared["detail"] = {
                "jobPostingInfo": {name: value for name, value in info.items() if name not in self.volatile},
                "hiringOrganization": dig(payload, "detail", "hiringOrganization"),
            }
        return compared

    def detail(self, payload: Payload, board: Board) -> Request | None:
        path = text(payload, "externalPath")
        return Request(f"{_api(board)}{quote(path)}") if path and all(_parts(board)) else None

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        tenant, _, site = _parts(board)
        info = dig(payload, "detail", "jobPostingInfo")
        company, inferred = employer(plain(payload, "detail", "hiringOrganization", "name"), board, slug=tenant)
        path = quote(text(payload, "externalPath") or "")
        url = link(info, "externalUrl") or (f"{_site(board)}/{site}{path}" if site else None)
        bullets = plains(payload, "bulletFields")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(info, "title") or plain(payload, "title"),
            places=_places(payload, info),
            description_html=text(info, "jobDescription"),
            url=url,
            apply_url=url,
            remote=plain(info, "remoteType") or plain(payload, "remoteType"),
            employment_type=plain(info, "timeType") or plain(payload, "timeType"),
            requisition_id=plain(info, "jobReqId") or next((bullet for bullet in bullets if bullet in path), None),
            posted_at=moment(info, "startDate"),
            expires_at=moment(info, "endDate"),
            posted_text=plain(payload, "postedOn"),
        )

    def _slice(self, board: Board, ask: Ask, applied: Mapping[str, list[str]]) -> Iterator[Answer]:
        """The pages of the postings with the applied facets; where they are too many, of each value of one more."""

        def request(page: int, received: int) -> Request:
            question = {"appliedFacets": dict(applied), "limit": _PAGE, "offset": received, "searchText": ""}
            return Request(f"{_api(board)}/jobs", method="POST", json=question)

        first = ask(request(0, 0))
        answer = parse_json(first.body)
        if (number(answer, "total") or 0) < _CAP:
            yield from pages(self, board, ask, request, size=_PAGE, total=("total",), first=first)
            return
        facet, values = _finest_facet(answer, applied)
        if not values:
            yield first
            raise TransientError(f"{board} has more than the {_CAP} postings that Workday shows")
        for value in values:
            yield from self._slice(board, ask, {**applied, facet: [value]})


def _finest_facet(answer: Any, applied: Mapping[str, list[str]]) -> tuple[str, list[str]]:
    """The facet with most values that is not applied yet, and the ids of its values."""
    facets = [
        (name, [value for row in rows(facet, "values") if (value := text(row, "id"))])
        for facet in rows(answer, "facets")
        if (name := text(facet, "facetParameter")) and name not in applied
    ]
    return max(facets, key=lambda facet: len(facet[1]), default=("", []))


def _parts(board: Board) -> tuple[str, str, str]:
    """Tenant, instance and site of `tenant.instance/site`; an empty text for what is not there."""
    host, _, site = board.name.partition("/")
    tenant, _, instance = host.partition(".")
    return tenant, instance, site.strip("/")


def _site(board: Board) -> str:
    tenant, instance, _ = _parts(board)
    return f"https://{tenant}.{instance}.{_HOST}"


def _api(board: Board) -> str:
    tenant, _, site = _parts(board)
    return f"{_site(board)}/wday/cxs/{quote(tenant)}/{quote(site)}"


def _places(payload: Payload, info: Any) -> list[GivenPlace]:
    """The places of the detail; of the list only where it names one instead of counting them."""
    if names := distinct(plains(info, "location") + plains(info, "additionalLocations")):
        country = plain(info, "country", "descriptor")
        return [GivenPlace(text=name, country=None if place else country) for place, name in enumerate(names)]
    named = plain(payload, "locationsText")
    counted = named is not None and named.split()[0].isdigit() and named.lower().endswith("locations")
    return [GivenPlace(text=named)] if named and not counted else []
