"""Greenhouse: public job boards, one request a board.

Developers' pages: https://developers.greenhouse.io/job-board.html. `content` is HTML escaped once more. The API has no
employment type, workplace or pay of its own: employers put them into `metadata`, custom fields that they name
themselves, which are read by the words of the name.

`updated_at` moves for a fifth of the postings of a board between two crawls while nothing else does (the employer saved
it again). It still makes a payload new: captures without `content` show a changed text in nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from job_etl.markup import unescape_once
from job_etl.model import Board, GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, listing
from job_etl.sources.fields import (
    amount,
    dig,
    distinct,
    employer,
    flag,
    identity,
    link,
    moment,
    plain,
    plains,
    present,
    reference,
    rows,
    salary_range,
    text,
)

_EMPLOYMENT = re.compile(
    r"^((time|employment|contract|position|job|worker|engagement|schedule) ?type|commitment|employment status)$",
    re.IGNORECASE,
)
_WORKPLACE = re.compile(
    r"^((location|workplace|work(ing)?|work location|remote|office) ?(type|arrangement|model|mode|style|setting|policy)"
    r"|workplace|(is )?(this (role|job|position) )?remote( status| eligible| eligibility)?\??)$",
    re.IGNORECASE,
)
_BOARD_WORDS = re.compile(
    r"\W{1,5}((external|public|global)\W{1,5})?(job ?board|careers?( page| site)?)\s*$", re.IGNORECASE
)
_PAY = re.compile(r"\b(salary|pay|compensation)\b", re.IGNORECASE)


class Greenhouse(Source):
    """Boards of employers who hire with Greenhouse; a board is the employer's token."""

    name = "greenhouse"
    title = "Greenhouse"
    base_url = "https://boards-api.greenhouse.io"
    hosts = ("boards-api.greenhouse.io",)
    careers = (
        "boards.greenhouse.io/embed/job_board?for={board}",
        "boards.greenhouse.io/embed/job_board/js?for={board}",
        "boards.greenhouse.io/embed/job_app?for={board}",
        "boards-api.greenhouse.io/v1/boards/{board}",
        "job-boards.{region}.greenhouse.io/{board}",
        "boards.{region}.greenhouse.io/{board}",
        "job-boards.greenhouse.io/{board}",
        "boards.greenhouse.io/{board}",
    )
    direct = True

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request(f"/v1/boards/{quote(unquote(board.name), safe='')}/jobs", params={"content": "true"}))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jobs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        company, inferred = employer(_company(payload), board)
        departments = plains({"names": [row.get("name") for row in rows(payload, "departments")]}, "names")
        url = link(payload, "absolute_url") or link(payload, "url")
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=_places(payload),
            description_html=_content(payload),
            url=url,
            apply_url=url,
            remote=_custom_field(payload, _WORKPLACE),
            employment_type=_custom_field(payload, _EMPLOYMENT),
            salaries=_salaries(payload),
            department=departments[0] if departments else None,
            language=plain(payload, "language"),
            requisition_id=reference(payload, "requisition_id"),
            posted_at=moment(payload, "first_published"),
            updated_at=moment(payload, "updated_at"),
            expires_at=moment(payload, "application_deadline"),
            extra=present(
                internal_job_id=plain(payload, "internal_job_id"),
                education=plain(payload, "education"),
                departments=departments[1:],
                offices=[name for office in rows(payload, "offices") if (name := plain(office, "name"))],
            ),
        )


def _company(payload: Payload) -> str | None:
    """The board's name without the words for a board: "Acme Job Board" is the board of Acme."""
    return _BOARD_WORDS.sub("", plain(payload, "company_name") or "") or None


def _places(payload: Payload) -> list[GivenPlace]:
    """The posting's own location; the offices it belongs to only where that is blank."""
    if location := plain(payload, "location", "name") or plain(payload, "location"):
        return [GivenPlace(text=location)]
    offices = [plain(office, "location") or plain(office, "name") for office in rows(payload, "offices")]
    return [GivenPlace(text=office) for office in distinct([office for office in offices if office])]


def _content(payload: Payload) -> str | None:
    content = text(payload, "content")
    return unescape_once(content) if content and "<" not in content else content


def _custom_field(payload: Payload, name: re.Pattern[str]) -> str | None:
    """What the custom fields with such a name hold; of a question that is answered yes ("Remote?"), its name."""
    found: list[str] = []
    for row in rows(payload, "metadata"):
        title = plain(row, "name") or ""
        if name.search(title.strip()):
            answer = flag(row, "value")
            found += plains(row, "value") if answer is None else [title] * answer
    return ", ".join(distinct(found)) or None


def _salaries(payload: Payload) -> list[GivenSalary]:
    """Pay transparency ranges (in cents), else custom fields of the type currency or currency range about pay."""
    ranges = [
        salary
        for row in rows(payload, "pay_input_ranges")
        for salary in salary_range(_cents(row, "min_cents"), _cents(row, "max_cents"), plain(row, "currency_type"))
    ]
    if ranges:
        return ranges
    return [
        salary
        for row in rows(payload, "metadata")
        if _PAY.search(text(row, "name") or "") and isinstance(dig(row, "value"), dict)
        for salary in salary_range(
            amount(row, "value", "min_value") or amount(row, "value", "value"),
            amount(row, "value", "max_value") or amount(row, "value", "value"),
            plain(row, "value", "unit"),
        )
    ]


def _cents(row: Payload, name: str) -> Any:
    cents = amount(row, name)
    return cents / 100 if cents is not None else None
