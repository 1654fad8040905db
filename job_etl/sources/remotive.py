"""Remotive: one feed of remote jobs, with a day's delay.

The answer carries its terms (`0-legal-notice`): name Remotive and link to its page, ask at most four times a day, pass
nothing on to other job boards. Dates have no offset and are UTC. `salary` is a line of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import identity, link, moment, plain, plains, salary_text, text


class Remotive(Source):
    """The feed of remotive.com; params `category` and `search` narrow a board."""

    name = "remotive"
    title = "Remotive"
    base_url = "https://remotive.com"
    hosts = ("remotive.com",)
    direct = False
    boards_overlap = True
    rate = Rate(per_second=0.5, concurrency=1)
    terms = Terms(
        url="https://remotive.com/api-documentation",
        attribution="Source: Remotive",
        link_back=True,
        daily_quota=4,
        conditions="Not to be passed on to other job sites, nor shown only to who signs up.",
    )

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in ("category", "search") if board.params.get(name)}
        yield ask(Request("/api/remote-jobs", params=filters))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        region = plain(payload, "candidate_required_location")
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company_name"),
            title=plain(payload, "title"),
            places=[GivenPlace(text=region)] if region else [],
            remote_places=[region] if region else [],
            description_html=text(payload, "description"),
            url=url,
            apply_url=url,
            remote=True,
            employment_type=plain(payload, "job_type"),
            salaries=salary_text(plain(payload, "salary")),
            department=plain(payload, "category"),
            tags=plains(payload, "tags"),
            posted_at=moment(payload, "publication_date"),
        )
