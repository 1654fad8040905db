"""Reed: the search of reed.co.uk, a hundred a page; needs a key, which is the user of HTTP Basic without a password.

Developers' pages: https://www.reed.co.uk/developers/jobseeker. No real answer was at hand. A board is a saved search;
`jobDescription` is a snippet. Dates are "31/12/2026".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import amount, flag, identity, link, moment, plain, present, salary_range, text
from job_etl.sources.paging import pages

_PAGE = 100
_LIMIT = 100
_FILTERS = ("keywords", "locationName", "distanceFromLocation", "employerId", "minimumSalary", "maximumSalary")
_FORMS = {"fullTime": "full time", "partTime": "part time"}


class Reed(Source):
    """Saved searches; a board's params are Reed's own filters, such as `keywords` and `locationName`."""

    name = "reed"
    title = "Reed"
    base_url = "https://www.reed.co.uk"
    direct = False
    needs = ("REED_API_KEY",)
    boards_overlap = True
    rate = Rate(per_second=0.5, concurrency=1)
    terms = Terms(url="https://www.reed.co.uk/developers", attribution="Source: Reed", link_back=True)
    volatile = frozenset({"applications"})
    implied = frozenset(_FORMS.values())

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        filters = {name: str(board.params[name]) for name in _FILTERS if board.params.get(name)}
        user = base64.b64encode(f"{secrets['REED_API_KEY']}:".encode()).decode()

        def request(page: int, received: int) -> Request:
            return Request(
                "/api/1.0/search",
                params={"resultsToTake": _PAGE, "resultsToSkip": received, **filters},
                headers={"Authorization": f"Basic {user}"},
            )

        return pages(self, board, ask, request, size=_PAGE, total=("totalResults",), limit=_LIMIT)

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "results")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "jobId")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        location = plain(payload, "locationName")
        url = link(payload, "jobUrl")
        forms = [form for name, form in _FORMS.items() if flag(payload, name)]
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=plain(payload, "employerName"),
            title=plain(payload, "jobTitle"),
            places=[GivenPlace(text=location)] if location else [],
            description_html=text(payload, "jobDescription"),
            url=url,
            apply_url=link(payload, "externalUrl") or url,
            employment_type=", ".join([*forms, *filter(None, [plain(payload, "contractType")])]) or None,
            salaries=salary_range(
                amount(payload, "minimumSalary"),
                amount(payload, "maximumSalary"),
                plain(payload, "currency"),
                plain(payload, "salaryType"),
            ),
            posted_at=_day(payload, "date"),
            expires_at=_day(payload, "expirationDate"),
            extra=present(employer_id=text(payload, "employerId")),
        )


def _day(payload: Payload, name: str) -> datetime | None:
    written = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text(payload, name) or "")
    return moment(
        {"day": f"{written[3]}-{written[2]}-{written[1]}"} if written else payload, "day" if written else name
    )
