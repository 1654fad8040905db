"""hh.ru (HeadHunter): the search of vacancies, a hundred a page; needs an application's token.

Developers' pages: https://api.hh.ru/openapi/redoc. A search shows its first 2,000 hits, so a board is a saved search.
Descriptions are snippets. Pay is a month's, where `salary_range` does not say otherwise; roubles are written RUR.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import (
    amount,
    coordinate,
    dig,
    flag,
    identity,
    link,
    moment,
    plain,
    present,
    rows,
    salary_range,
    sections,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 100
_PAGES = 20
_FORMS = {
    "full": "full time",
    "part": "part time",
    "project": "contract",
    "probation": "internship",
    "volunteer": "volunteer",
    "fly_in_fly_out": "full time",
}
_FILTERS = ("text", "area", "professional_role", "experience", "employment", "schedule", "period", "employer_id")


class HeadHunter(Source):
    """Saved searches; a board's params are the search's own filters, such as `text` and `area`."""

    name = "hh"
    title = "hh.ru"
    base_url = "https://api.hh.ru"
    direct = False
    needs = ("HH_TOKEN",)
    boards_overlap = True
    rate = Rate(per_second=2, concurrency=1)
    terms = Terms(url="https://dev.hh.ru/admin/developer_agreement", attribution="Source: hh.ru", link_back=True)
    volatile = frozenset({"sort_point_distance", "adv_response_url", "adv_context", "is_adv_vacancy", "premium"})
    implied = frozenset({"month", *_FORMS.values()})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        key = {"Authorization": f"Bearer {secrets['HH_TOKEN']}"}

        def request(page: int, received: int) -> Request:
            return Request("/vacancies", params={"per_page": _PAGE, "page": page, **filters}, headers=key)

        return pages(self, board, ask, request, size=_PAGE, total=("found",), limit=_PAGES)

    def cut(self, body: bytes) -> list[Any]:
        # Pages that were collected into one file are lists in a list.
        parts = listing(body, "items")
        return [item for part in parts for item in (part if isinstance(part, list) else [part])]

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        formats = [text(row, "id") for row in rows(payload, "work_format")]
        forms = (_FORMS.get((plain(payload, name, "id") or "").lower()) for name in ("employment_form", "employment"))
        schedule = plain(payload, "schedule", "id")
        url = link(payload, "alternate_url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "employer", "name"),
            title=plain(payload, "name"),
            places=_places(payload),
            description_html=text(payload, "description")
            or sections(
                (None, text(payload, "snippet", "responsibility")), (None, text(payload, "snippet", "requirement"))
            ),
            url=url,
            apply_url=link(payload, "apply_alternate_url") or url,
            remote=", ".join(filter(None, formats)) or ("remote" if schedule == "remote" else None),
            employment_type="internship" if flag(payload, "internship") else next(filter(None, forms), None),
            salaries=_salaries(payload),
            department=", ".join(name for row in rows(payload, "professional_roles") if (name := plain(row, "name")))
            or plain(payload, "department", "name"),
            tags=[name for row in rows(payload, "key_skills") if (name := plain(row, "name"))],
            posted_at=moment(payload, "published_at"),
            extra=present(schedule=schedule, experience=plain(payload, "experience", "name")),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    place = GivenPlace(
        text=plain(payload, "area", "name"),
        city=plain(payload, "address", "city"),
        latitude=coordinate(payload, "address", "lat"),
        longitude=coordinate(payload, "address", "lng"),
    )
    return [place] if place != GivenPlace() else []


def _salaries(payload: Payload) -> list[GivenSalary]:
    given = dig(payload, "salary_range") or dig(payload, "salary")
    return salary_range(
        amount(given, "from"), amount(given, "to"), plain(given, "currency"), plain(given, "mode", "id") or "month"
    )
