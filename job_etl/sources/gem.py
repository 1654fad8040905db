"""Gem: the public GraphQL of its job boards, one request a board and one a posting for its text.

There is no public documentation and no real answer was at hand. A request is a list of operations, the answer the list
of their results. A board that does not exist is answered like an empty one, but for `jobBoardExternal`, which is null;
its name is put beside each item as `board`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.errors import NotFound, UnreadableAnswer
from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Request, Source, parse_json
from job_etl.sources.fields import dig, employer, flag, identity, plain, rows, salary_text, sections, text

_PATH = "/api/public/graphql/batch"
_POSTING = (
    "id extId title locations { name city isoCountry isRemote } job { department { name } locationType employmentType }"
)
_LIST = (
    "query JobBoardList($boardId: String!) { oatsExternalJobPostings(boardId: $boardId) { jobPostings { "
    + _POSTING
    + " } } jobBoardExternal(vanityUrlPath: $boardId) { id teamDisplayName } }"
)
_DETAIL = (
    "query ExternalJobPostingQuery($boardId: String!, $extId: String!) { oatsExternalJobPosting(boardId: $boardId, "
    "extId: $extId) { id descriptionHtml jobPostSectionHtml { introHtml outroHtml } compensationHtml } }"
)


class Gem(Source):
    """Boards of employers who hire with Gem; a board is the name in its address."""

    name = "gem"
    title = "Gem"
    base_url = "https://jobs.gem.com"
    careers = ("jobs.gem.com/{board}",)
    direct = True
    implied = frozenset({"jobs.gem.com"})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        answer = ask(_operation("JobBoardList", _LIST, boardId=board.name))
        if dig(_data(answer.body), "jobBoardExternal") is None:
            raise NotFound(f"{board}: Gem has no such board")
        yield answer

    def cut(self, body: bytes) -> list[Any]:
        data = _data(body)
        items = dig(data, "oatsExternalJobPostings", "jobPostings")
        if not isinstance(items, list):
            raise UnreadableAnswer("the answer has no list of Gem's job postings")
        name = plain(data, "jobBoardExternal", "teamDisplayName")
        return [{**item, "board": name} if name and isinstance(item, dict) else item for item in items]

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "extId" if text(payload, "extId") else "id")

    def detail(self, payload: Payload, board: Board) -> Request | None:
        posting = text(payload, "extId")
        return _operation("ExternalJobPostingQuery", _DETAIL, boardId=board.name, extId=posting) if posting else None

    def cut_detail(self, body: bytes) -> Any:
        posting = dig(_data(body), "oatsExternalJobPosting")
        if not isinstance(posting, dict):
            raise UnreadableAnswer("the answer has no posting of Gem's")
        return posting

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        detail = dig(payload, "detail")
        company, inferred = employer(plain(payload, "board"), board)
        locations = rows(payload, "locations")
        around = ("jobPostSectionHtml",)
        url = f"https://jobs.gem.com/{quote(board.name, safe='')}/{quote(self.identify(payload, board), safe='')}"
        return GivenPosting(
            source_job_id=self.identify(payload, board),
            company=company,
            company_inferred=inferred,
            title=plain(payload, "title"),
            places=[place for row in locations if (place := _place(row)) != GivenPlace()],
            description_html=sections(
                (None, text(detail, *around, "introHtml")),
                (None, text(detail, "descriptionHtml")),
                (None, text(detail, *around, "outroHtml")),
            ),
            url=url,
            apply_url=url,
            remote=plain(payload, "job", "locationType") or (any(flag(row, "isRemote") for row in locations) or None),
            employment_type=plain(payload, "job", "employmentType"),
            salaries=salary_text(plain(detail, "compensationHtml")),
            department=plain(payload, "job", "department", "name"),
        )


def _place(row: Payload) -> GivenPlace:
    return GivenPlace(text=plain(row, "name"), city=plain(row, "city"), country=plain(row, "isoCountry"))


def _operation(name: str, query: str, **variables: str) -> Request:
    return Request(_PATH, method="POST", json=[{"operationName": name, "variables": variables, "query": query}])


def _data(body: bytes) -> Any:
    """The data of the one operation that was asked.

    Raises:
        UnreadableAnswer: there are none, or an error in their place.
    """
    results = rows(parse_json(body))
    if not results:
        raise UnreadableAnswer("the answer is not the result of a GraphQL operation")
    if (data := results[0].get("data")) is None:
        raise UnreadableAnswer(f"the provider answered with an error: {str(results[0].get('errors'))[:200]}")
    return data
