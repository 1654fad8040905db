"""JobTech: JobSearch, the open search over the advertisements of Arbetsförmedlingen, Sweden's employment service.

Developers' pages: https://jobsearch.api.jobtechdev.se. Offsets stop at 2,000, so a board is a search that is narrow
enough: by region, municipality or occupation field. Times are Swedish, without an offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, Terms, listing, parse_json
from job_etl.sources.fields import (
    coordinate,
    dig,
    identity,
    link,
    moment,
    plain,
    present,
    reference,
    rows,
    salary_text,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 100
_PAGES = 21
_FILTERS = ("q", "region", "municipality", "occupation-field", "occupation-group", "country")
_SWEDEN = ZoneInfo("Europe/Stockholm")


class JobTech(Source):
    """Searches of JobSearch; a board's params are its filters, such as `q`, `region` and `occupation-field`."""

    name = "jobtech"
    title = "Arbetsförmedlingen (JobTech)"
    base_url = "https://jobsearch.api.jobtechdev.se"
    direct = False
    boards_overlap = True
    terms = Terms(url="https://jobtechdev.se", attribution="Source: Arbetsförmedlingen")
    volatile = frozenset({"relevance"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}

        def request(page: int, received: int) -> Request:
            return Request("/search", params={"limit": _PAGE, "offset": received, **filters})

        return pages(self, board, ask, request, size=_PAGE, total=("total", "value"), limit=_PAGES)

    def cut(self, body: bytes) -> list[Any]:
        hits = dig(parse_json(body), "hits", "hits")
        if isinstance(hits, list):  # the index behind the search answers so
            return [row.get("_source", row) if isinstance(row, dict) else row for row in hits]
        return listing(body, "hits")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        url = link(payload, "webpage_url")
        kinds = (plain(payload, name, "label") for name in ("working_hours_type", "employment_type", "duration"))
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "employer", "name") or plain(payload, "employer", "workplace"),
            title=plain(payload, "headline"),
            places=_places(payload),
            description_html=text(payload, "description", "text_formatted"),
            description_text=text(payload, "description", "text"),
            url=url or link(payload, "application_details", "url"),
            apply_url=link(payload, "application_details", "url") or url,
            employment_type=", ".join(kind for kind in kinds if kind) or None,
            salaries=salary_text(plain(payload, "salary_description")),
            department=plain(payload, "occupation", "label"),
            industry=plain(payload, "occupation_field", "label"),
            tags=_skills(payload),
            requisition_id=reference(payload, "application_details", "reference"),
            posted_at=moment(payload, "publication_date", zone=_SWEDEN),
            expires_at=moment(payload, "application_deadline", zone=_SWEDEN)
            or moment(payload, "last_publication_date", zone=_SWEDEN),
            extra=present(
                number_of_vacancies=text(payload, "number_of_vacancies"),
                occupation_group=plain(payload, "occupation_group", "label"),
                external_id=text(payload, "external_id"),
            ),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    address = ("workplace_address",)
    # GeoJSON's order: longitude first.
    coordinates = dig(payload, *address, "coordinates")
    pair = coordinates if isinstance(coordinates, list) and len(coordinates) == 2 else [None, None]
    place = GivenPlace(
        city=plain(payload, *address, "municipality") or plain(payload, *address, "city"),
        region=plain(payload, *address, "region"),
        country=plain(payload, *address, "country"),
        latitude=coordinate({"value": pair[1]}, "value"),
        longitude=coordinate({"value": pair[0]}, "value"),
    )
    return [place] if place != GivenPlace() else []


def _skills(payload: Payload) -> list[str]:
    wanted = [row for need in ("must_have", "nice_to_have") for row in rows(payload, need, "skills")]
    return [label for row in wanted if (label := plain(row, "label"))]
