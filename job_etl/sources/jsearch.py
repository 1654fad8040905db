"""JSearch: a search over Google's job search, ten a page; needs a key.

Pages: https://www.openwebninja.com/api/jsearch. A board is a saved search, seen by its best hits only. Pay has no
currency. `job_posted_at` is relative ("2 days ago"), and the links to logos and to Google are new in every answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.errors import ConfigError
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import (
    amount,
    coordinate,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    present,
    salary_range,
    text,
)
from job_etl.sources.paging import pages

_PAGE = 10
_FILTERS = ("query", "country", "language", "date_posted", "work_from_home", "employment_types", "radius")


class JSearch(Source):
    """Saved searches; a board's params are JSearch's filters, such as `query`, and `pages` to ask, by default one."""

    name = "jsearch"
    title = "JSearch"
    base_url = "https://api.openwebninja.com"
    direct = False
    needs = ("JSEARCH_API_KEY",)
    boards_overlap = True
    shows_all = False
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://www.openwebninja.com/api/jsearch")
    volatile = frozenset({"job_posted_at", "job_google_link", "employer_logo"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        if "query" not in filters:
            raise ConfigError(f"{board}: params.query is missing, it says what to search for")
        key = {"x-api-key": secrets["JSEARCH_API_KEY"]}

        def request(page: int, received: int) -> Request:
            return Request("/jsearch/search", params={**filters, "page": page + 1, "num_pages": 1}, headers=key)

        return pages(self, board, ask, request, size=_PAGE, limit=int(board.params.get("pages", 1)))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "data")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "job_id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        url = link(payload, "job_apply_link")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "employer_name"),
            title=plain(payload, "job_title"),
            places=_places(payload),
            description_text=text(payload, "job_description"),
            url=url,
            apply_url=url,
            remote=flag(payload, "job_is_remote") or None,
            employment_type=", ".join(plains(payload, "job_employment_types")) or plain(payload, "job_employment_type"),
            salaries=salary_range(
                amount(payload, "job_min_salary"),
                amount(payload, "job_max_salary"),
                plain(payload, "job_salary_currency"),
                plain(payload, "job_salary_period"),
            ),
            industry=plain(payload, "employer_company_type") or plain(payload, "job_naics_name"),
            tags=plains(payload, "job_required_skills"),
            language=plain(payload, "job_posting_language"),
            posted_at=moment(payload, "job_posted_at_datetime_utc") or moment(payload, "job_posted_at_timestamp"),
            expires_at=moment(payload, "job_offer_expiration_datetime_utc"),
            posted_text=plain(payload, "job_posted_at"),
            extra=present(
                publisher=plain(payload, "job_publisher"),
                onet_soc=text(payload, "job_onet_soc"),
                benefits=plains(payload, "job_benefits"),
            ),
        )


def _places(payload: Payload) -> list[GivenPlace]:
    place = GivenPlace(
        text=plain(payload, "job_location"),
        city=plain(payload, "job_city"),
        region=plain(payload, "job_state"),
        country=plain(payload, "job_country"),
        latitude=coordinate(payload, "job_latitude"),
        longitude=coordinate(payload, "job_longitude"),
    )
    return [place] if place != GivenPlace() else []
