"""JobSpy: searches of LinkedIn, Indeed, Glassdoor and others through python-jobspy, a library that reads their pages.

Needs the extra `jobspy`. Interface: https://github.com/speedyapply/JobSpy, version 1.4. The library asks by itself:
addresses, pace and sizes are its own, and none of the crawler's bounds hold. The sites mostly forbid automated reading
in their terms and block it, so a board is off until a person turns it on. A board is a saved search, seen by its first
hits only. Pay that the library found in the text of a description is left to the rules for descriptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from job_etl.errors import ConfigError, TransientError
from job_etl.model import Board, GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.base import Answer, Ask, Source, Terms, listing
from job_etl.sources.fields import amount, flag, identity, link, moment, plain, present, salary_range, text

_FILTERS = (
    "site_name",
    "search_term",
    "location",
    "distance",
    "is_remote",
    "job_type",
    "results_wanted",
    "country_indeed",
    "hours_old",
    "fetch_description",
    "proxies",
)


class JobSpy(Source):
    """Saved searches; a board's params are those of `scrape_jobs`, such as `search_term` and `site_name`."""

    name = "jobspy"
    title = "JobSpy"
    base_url = "https://github.com/speedyapply/JobSpy"
    direct = False
    boards_overlap = True
    shows_all = False
    volatile = frozenset({"company_logo", "company_rating", "company_reviews_count"})
    terms = Terms(
        url="https://www.linkedin.com/legal/user-agreement",
        attribution="Found with JobSpy",
        personal_use_only=True,
        conditions="LinkedIn, Indeed, Glassdoor and most of the other sites forbid automated reading in their terms;"
        " whoever turns this on answers for it.",
    )

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        try:
            library = import_module("jobspy")
        except ImportError as error:
            raise ConfigError(f"jobspy needs an extra, pip install 'job-etl[jobspy]' ({error})") from error
        filters = {name: board.params[name] for name in _FILTERS if name in board.params}
        try:
            found = library.scrape_jobs(**filters, description_format="html", verbose=0)
        except ValueError as error:
            raise ConfigError(f"{board}: params: {error}") from error
        yield Answer(self.base_url, found.to_json(orient="records", date_format="iso").encode())
        if failures := found.attrs.get("errors"):
            raise TransientError("; ".join(f"{site}: {failure}" for site, failure in failures.items()))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body)

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        url, place = link(payload, "job_url"), plain(payload, "location")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company"),
            title=plain(payload, "title"),
            places=[GivenPlace(text=place)] if place else [],
            description_html=text(payload, "description"),
            url=url,
            apply_url=link(payload, "job_url_direct") or url,
            # False is also what a posting has that says nothing.
            remote=plain(payload, "work_from_home_type") or flag(payload, "is_remote") or None,
            employment_type=plain(payload, "job_type"),
            salaries=_salaries(payload),
            seniority=plain(payload, "job_level"),
            department=plain(payload, "job_function"),
            industry=plain(payload, "company_industry"),
            company_size=plain(payload, "company_num_employees"),
            tags=[skill for skill in (plain(payload, "skills") or "").split(", ") if skill.strip()],
            posted_at=moment(payload, "date_posted"),
            extra=present(site=plain(payload, "site"), experience=plain(payload, "experience_range")),
        )


def _salaries(payload: Payload) -> list[GivenSalary]:
    if text(payload, "salary_source") == "description":
        return []
    return salary_range(
        amount(payload, "min_amount"),
        amount(payload, "max_amount"),
        plain(payload, "currency"),
        plain(payload, "interval"),
    )
