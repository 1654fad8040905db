"""We Work Remotely: RSS feeds of remote jobs, one a category.

The feed of all categories stops at a hundred items, so the categories are asked one by one; an item stands in one of
them. Titles are "Employer: Title". `region` is from where the work may be done, `state` and `country` are the
employer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms
from job_etl.sources.fields import identity, link, moment, plain, text
from job_etl.sources.xmltext import elements

_CATEGORIES = (
    "remote-full-stack-programming-jobs",
    "remote-front-end-programming-jobs",
    "remote-back-end-programming-jobs",
    "remote-devops-sysadmin-jobs",
    "remote-design-jobs",
    "remote-product-jobs",
    "remote-management-and-finance-jobs",
    "remote-sales-and-marketing-jobs",
    "remote-customer-support-jobs",
    "all-other-remote-jobs",
)


class WeWorkRemotely(Source):
    """The feeds of weworkremotely.com; a board is one category's feed, or `all`."""

    name = "weworkremotely"
    title = "We Work Remotely"
    base_url = "https://weworkremotely.com"
    direct = False
    boards_overlap = True
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(
        url="https://weworkremotely.com/api-terms-and-guidelines",
        attribution="Source: We Work Remotely",
        link_back=True,
        conditions="People apply on weworkremotely.com; no public job search is to be built on it.",
    )

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        for category in _CATEGORIES if board.name == "all" else (board.name,):
            yield ask(Request(f"/categories/{category}.rss"))

    def cut(self, body: bytes) -> list[Any]:
        return list(elements(body, "rss", "channel", "item"))

    def identify(self, payload: Payload, board: Board) -> str:
        return text(payload, "guid", "#text") or identity(payload, "guid")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, _, title = (plain(payload, "title") or "").partition(": ")
        region = plain(payload, "region")
        url = link(payload, "link")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company.strip() or None if title else None,
            title=title.strip() or company.strip() or None,
            places=[GivenPlace(text=region)] if region else [],
            remote_places=[region] if region else [],
            description_html=text(payload, "description"),
            url=url,
            apply_url=url,
            remote=True,
            employment_type=plain(payload, "type"),
            department=plain(payload, "category"),
            tags=[tag for tag in map(str.strip, (plain(payload, "skills") or "").split(",")) if tag],
            posted_at=moment(payload, "pubDate"),
            expires_at=moment(payload, "expires_at"),
        )
