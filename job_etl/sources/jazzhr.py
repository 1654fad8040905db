"""JazzHR: the HTML list of a careers site, each posting with a page that embeds a schema.org `JobPosting`.

There is no public documentation and no real answer was at hand: the list is read as a table whose rows link to
`/apply/jobs/details/<id>` and whose further cells are department and place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources import schemaorg
from job_etl.sources.base import Answer, Ask, Request, Source
from job_etl.sources.fields import dig, employer, identity, plain, text

_LINK = re.compile(r"/apply/(?:jobs/details/)?([A-Za-z0-9]{4,})(?:[/?]|$)")
_NO_POSTINGS = re.compile(rb"jobs_table|no (current |open )?(openings|jobs|positions)", re.IGNORECASE)


class JazzHr(Source):
    """Careers sites of employers who use JazzHR; a board is the subdomain."""

    name = "jazzhr"
    title = "JazzHR"
    base_url = "https://{board}.applytojob.com"
    careers = ("{board}.applytojob.com",)
    direct = True
    implied = frozenset({"applytojob.com/apply/jobs/details"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        yield ask(Request("/apply/jobs"))

    def cut(self, body: bytes) -> list[Any]:
        if not body.strip():
            raise UnreadableAnswer("the answer is empty, expected a web page")
        found = {item["id"]: item for row in LexborHTMLParser(body).css("tr, li") if (item := _item(row))}
        if not found and not _NO_POSTINGS.search(body):
            raise UnreadableAnswer("the answer is not a list of JazzHR's postings")
        return list(found.values())

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        posting = text(payload, "id")
        return Request(f"/apply/jobs/details/{quote(posting, safe='')}") if posting else None

    def cut_detail(self, body: bytes) -> Any:
        for posting in schemaorg.in_page(body):
            return posting
        raise UnreadableAnswer("the posting's page embeds no schema.org JobPosting")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        posting = schemaorg.read(dig(payload, "detail"), self.identify(payload, board))
        location = plain(payload, "location")
        posting.company, posting.company_inferred = employer(posting.company, board)
        posting.title = plain(payload, "title") or posting.title
        posting.places = posting.places or ([GivenPlace(text=location)] if location else [])
        posting.department = plain(payload, "department") or posting.department
        posting.url = f"https://{board.name}.applytojob.com/apply/jobs/details/{quote(posting.source_job_id, safe='')}"
        posting.apply_url = posting.url
        return posting


def _item(row: LexborNode) -> Payload | None:
    for anchor in row.css("a[href]"):
        if found := _LINK.search(anchor.attributes.get("href") or ""):
            cells = [cell.text().strip() for cell in row.css("td")]
            department, location = [*cells[1:], "", ""][:2]
            return {"id": found[1], "title": anchor.text().strip(), "department": department, "location": location}
    return None
