"""Remote OK: one feed of remote jobs.

The first element of an answer is a legal notice (https://remoteok.com/api): link back and name Remote OK. Every
description ends with a line that asks applicants for a word and a tag, which encodes the address of whoever asked the
API; it is no part of the advertisement and differs from one reader to the next. Salaries are US dollars a year; where
the employer gave none, Remote OK's own estimate stands there without a mark, so all are taken as estimates. Titles
lack their punctuation, and texts are often UTF-8 read as Latin-1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import amount, identity, link, moment, plain, plains, salary_range, text

_READER_TEST = "Please mention the word **"
_BREAKS = ("<br/>", "<br>", "<br />")


class RemoteOk(Source):
    """The feed of remoteok.com."""

    name = "remoteok"
    title = "Remote OK"
    base_url = "https://remoteok.com"
    hosts = ("remoteok.com",)
    direct = False
    rate = Rate(per_second=0.5, concurrency=1)
    terms = Terms(
        url="https://remoteok.com/api",
        attribution="Source: Remote OK",
        link_back=True,
        conditions="Links to Remote OK are not to be marked nofollow; its logo is not to be used without leave.",
    )
    implied = frozenset({"USD", "year"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/api"))

    def cut(self, body: bytes) -> list[Any]:
        return [item for item in listing(body, "jobs") if not (isinstance(item, dict) and "legal" in item)]

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def comparable(self, payload: Payload) -> Payload:
        return {**payload, "description": _description(payload)}

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        location = plain(payload, "location")
        url = link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "company"),
            title=plain(payload, "position"),
            places=[GivenPlace(text=location)] if location else [],
            description_html=_description(payload),
            url=url,
            apply_url=link(payload, "apply_url") or url,
            remote=True,
            salaries=salary_range(
                amount(payload, "salary_min"), amount(payload, "salary_max"), "USD", "year", predicted=True
            ),
            tags=plains(payload, "tags"),
            posted_at=moment(payload, "date") or moment(payload, "epoch"),
        )


def _description(payload: Payload) -> str | None:
    description, is_tested, _ = (text(payload, "description") or "").partition(_READER_TEST)
    while is_tested and (description := description.rstrip()).endswith(_BREAKS):
        description = description[: description.rindex("<br")]
    return description or None
