"""Jobicy: the newest remote jobs of one feed, fifty at most.

Pages: https://jobicy.com/jobs-rss-feed. Salaries stand under `salaryMin` or, in older answers, `annualSalaryMin`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import amount, identity, link, moment, plain, plains, salary_range, text

_NEWEST = 50
_FILTERS = ("geo", "industry", "tag")


class Jobicy(Source):
    """The feed of jobicy.com; params `geo`, `industry` and `tag` narrow a board."""

    name = "jobicy"
    title = "Jobicy"
    base_url = "https://jobicy.com"
    direct = False
    boards_overlap = True
    shows_all = False
    implied = frozenset({"annual"})
    rate = Rate(per_second=0.5, concurrency=1)
    # That it is for personal use is by the account of programs that ask it.
    terms = Terms(
        url="https://jobicy.com/jobs-rss-feed", attribution="Source: Jobicy", link_back=True, personal_use_only=True
    )

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        yield ask(Request("/api/v2/remote-jobs", params={"count": _NEWEST, **filters}))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        region = plain(payload, "jobGeo")
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "companyName"),
            title=plain(payload, "jobTitle"),
            places=[GivenPlace(text=region)] if region else [],
            remote_places=[region] if region else [],
            description_html=text(payload, "jobDescription") or text(payload, "jobExcerpt"),
            url=url,
            apply_url=url,
            remote=True,
            employment_type=", ".join(plains(payload, "jobType")) or None,
            salaries=salary_range(
                amount(payload, "salaryMin") or amount(payload, "annualSalaryMin"),
                amount(payload, "salaryMax") or amount(payload, "annualSalaryMax"),
                plain(payload, "salaryCurrency"),
                plain(payload, "salaryPeriod") or ("annual" if amount(payload, "annualSalaryMin") else None),
            ),
            seniority=plain(payload, "jobLevel"),
            department=", ".join(plains(payload, "jobIndustry")) or None,
            posted_at=moment(payload, "pubDate"),
        )
