"""Personio: the XML feed of a careers site, one request a board.

Developers' pages: https://developer.personio.de/v1.0/reference/get_xml. Descriptions come in the language asked for,
and may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source
from job_etl.sources.fields import (
    amount,
    distinct,
    employer,
    identity,
    moment,
    plain,
    plains,
    present,
    rows,
    salary_range,
    sections,
    text,
)
from job_etl.sources.xmltext import elements


class Personio(Source):
    """Careers sites of employers who use Personio; a board is the subdomain, the param `language` by default en."""

    name = "personio"
    title = "Personio"
    base_url = "https://{board}.jobs.personio.com"
    hosts = ("*.jobs.personio.com", "*.jobs.personio.de")
    careers = ("{board}.jobs.personio.com", "{board}.jobs.personio.de")
    direct = True
    implied = frozenset({"jobs.personio.com/job"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/xml", params={"language": str(board.params.get("language", "en"))}))

    def cut(self, body: bytes) -> list[Any]:
        return list(elements(body, "workzag-jobs", "position"))

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        position = self.identify(payload, board)
        company, inferred = employer(plain(payload, "subcompany"), board)
        offices = distinct(plains(payload, "office") + plains(payload, "additionalOffices", "office"))
        url = f"https://{board.name}.jobs.personio.com/job/{position}"
        return GivenPosting(
            source_job_id=position,
            company=company,
            company_inferred=inferred,
            title=plain(payload, "name"),
            places=[GivenPlace(text=office) for office in offices],
            description_html=sections(
                *(
                    (plain(part, "name"), text(part, "value"))
                    for part in rows(payload, "jobDescriptions", "jobDescription")
                )
            ),
            url=url,
            apply_url=url,
            employment_type=", ".join(
                value for name in ("schedule", "employmentType") if (value := plain(payload, name))
            )
            or None,
            salaries=salary_range(
                amount(payload, "salaryInformation", "min"),
                amount(payload, "salaryInformation", "max"),
                plain(payload, "salaryInformation", "currencyCode"),
                plain(payload, "salaryInformation", "type"),
            ),
            seniority=plain(payload, "seniority"),
            department=plain(payload, "department"),
            tags=[tag for tag in map(str.strip, (plain(payload, "keywords") or "").split(",")) if tag],
            posted_at=moment(payload, "createdAt"),
            extra=present(
                category=plain(payload, "recruitingCategory"),
                years_of_experience=plain(payload, "yearsOfExperience"),
                occupation=plain(payload, "occupation"),
                occupation_category=plain(payload, "occupationCategory"),
            ),
        )
