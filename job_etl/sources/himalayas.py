"""Himalayas: one feed of remote jobs, twenty a page.

Pages: https://himalayas.app/docs/data-dictionary. Newer answers name the cursor of the next page, and offsets are
said to end. A posting says until when it is open and from where it may be done. The feed has been seen to answer with
the field's own name ("name") in the place of every employer's: then the employer is inferred from `companySlug`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing, parse_json
from job_etl.sources.fields import (
    amount,
    dig,
    employer,
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

_PAGE = 20


class Himalayas(Source):
    """The feed of himalayas.app."""

    name = "himalayas"
    title = "Himalayas"
    base_url = "https://himalayas.app"
    direct = False
    rate = Rate(per_second=2, concurrency=1)
    terms = Terms(
        url="https://himalayas.app/api",
        attribution="Source: Himalayas",
        link_back=True,
        conditions="Not to be passed on to Google Jobs, LinkedIn Jobs, Jooble and the like.",
    )

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        cursor: str | None = None

        def noting_cursor(request: Request) -> Answer:
            nonlocal cursor
            answer = ask(request)
            cursor = text(parse_json(answer.body), "nextCursor")
            return answer

        def request(page: int, received: int) -> Request:
            place: dict[str, str | int] = {"cursor": cursor} if cursor else {"offset": received}
            return Request("/jobs/api", params={"limit": _PAGE, **place})

        return pages(self, board, noting_cursor, request, size=_PAGE, total=("totalCount",))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "guid")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        name = plain(payload, "companyName")
        company, inferred = employer(
            None if name == "name" else name, board, slug=plain(payload, "companySlug") or "all"
        )
        regions = plains(payload, "locationRestrictions")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=[GivenPlace(text=region) for region in regions],
            remote_places=regions,
            description_html=text(payload, "description") or text(payload, "excerpt"),
            url=link(payload, "guid") or link(payload, "applicationLink"),
            apply_url=link(payload, "applicationLink") or link(payload, "guid"),
            remote=True,
            employment_type=plain(payload, "employmentType"),
            salaries=salary_range(
                amount(payload, "minSalary"),
                amount(payload, "maxSalary"),
                plain(payload, "currency"),
                plain(payload, "salaryPeriod"),
            ),
            seniority=", ".join(plains(payload, "seniority")) or None,
            department=", ".join(plains(payload, "parentCategories")) or None,
            tags=plains(payload, "categories"),
            posted_at=moment(payload, "pubDate"),
            expires_at=moment(payload, "expiryDate"),
            extra=present(timezones=dig(payload, "timezoneRestrictions")),
        )
