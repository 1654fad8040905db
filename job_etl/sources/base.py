"""What every source is: how to ask a provider, how to cut its answer, how to read one payload.

A source is one module with one subclass of `Source`. It imports neither Dagster nor a database driver and
opens no connection: `pages` is handed a function that asks. `docs/adding-a-source.md` shows how to add one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from job_etl import jsontext
from job_etl.errors import UnreadableAnswer
from job_etl.model import Board, GivenPosting, Payload


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a provider. `path` is joined to the source's base URL; an absolute URL is taken as it is.

    `secret_params` are query parameters that must never be logged (keys); `params` may be.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    params: Mapping[str, str | int] = field(default_factory=dict)
    secret_params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer with status 200: its decoded `body` and where it came from."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Ask = Callable[[Request], Answer]
"""Asks a provider politely; raises a `JobEtlError` when there is no usable answer."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a provider's host is asked at most: requests a second and requests at a time."""

    per_second: float = 2.0
    concurrency: int = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider asks of whoever uses its data, as far as its own pages say.

    `attribution` is the text to show beside its rows, `daily_quota` a number of requests. `conditions` says in a
    sentence what else is asked of people, which no program can see to.
    """

    url: str | None = None
    attribution: str | None = None
    link_back: bool = False
    personal_use_only: bool = False
    daily_quota: int | None = None
    conditions: str | None = None


class Source(ABC):
    """A provider of postings.

    `base_url` may hold `{board}`, or the name of one of a board's params in braces (`https://{board}.example.com`);
    `hosts` are further hosts of the provider, `*.example.com` for every subdomain. Where the configuration replaces
    the base URL, absolute URLs of these hosts are asked of the replacement.
    `careers` are the addresses of boards as people see them, without `https://www.`, with `{board}` and further fields
    in braces (`jobs.example.com/{board}`, `{board}.example.com`); what is not in `board_name` becomes a param, and
    `{locale}` is passed over.
    `volatile` names top-level payload fields that differ from one answer to the next without the posting
    having changed (tracking tokens, counters): they are kept, but do not make a payload new.
    `needs` names the secrets, as environment variables, without which the provider cannot be asked.
    `boards_overlap` is true where two boards (two saved searches) can show the same posting.
    `direct` is true where the employer itself publishes, false for aggregators.
    `shows_all` is false where a crawl sees only some of what is open, such as the newest or the best hits of a search:
    what it does not show is closed only when it has expired, or was not seen for `unseen_for`.
    `implied` holds the values a provider's documentation states for all its postings, which its payloads
    therefore do not repeat, such as the one currency of a feed.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    base_url: ClassVar[str]
    direct: ClassVar[bool]
    hosts: ClassVar[tuple[str, ...]] = ()
    careers: ClassVar[tuple[str, ...]] = ()
    board_name: ClassVar[str] = "{board}"
    needs: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[Rate] = Rate()
    terms: ClassVar[Terms] = Terms()
    volatile: ClassVar[frozenset[str]] = frozenset()
    boards_overlap: ClassVar[bool] = False
    shows_all: ClassVar[bool] = True
    unseen_for: ClassVar[timedelta] = timedelta(days=30)  # as long as most boards sell an advertisement for
    implied: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        """Ask for every page of a board, in order. `secrets` has a value for each name in `needs`."""

    @abstractmethod
    def cut(self, body: bytes) -> list[Any]:
        """Cut one answer into payloads.

        Raises:
            UnreadableAnswer: the body is not an answer of this provider.
        """

    @abstractmethod
    def identify(self, payload: Payload, board: Board) -> str:
        """The `source_job_id`: stable across crawls and unique within the source.

        Raises:
            UnreadablePayload: the payload has none.
        """

    @abstractmethod
    def read(self, payload: Payload, board: Board) -> GivenPosting:
        """Read one payload into the provider's words for each field; invents nothing.

        Raises:
            UnreadablePayload: the payload cannot be read as a posting.
        """

    def comparable(self, payload: Payload) -> Payload:
        """The payload without what changes from one answer to the next though the posting did not.

        Two payloads with equal comparables are one version of a posting. A source overrides it where the noise is
        inside a field, such as a rotating link at the end of a description.
        """
        return {name: value for name, value in payload.items() if name not in self.volatile}

    def detail(self, payload: Payload, board: Board) -> Request | None:
        """The question for the rest of a posting whose list item is not all of it, or None where it is.

        The crawler asks it for new and changed list items only.
        """
        return None

    def merge(self, payload: Payload, answer: Answer) -> Payload:
        """The list item with the answer to `detail` beside it under the key `detail`.

        Raises:
            UnreadableAnswer: the answer is not a posting's detail of this provider.
        """
        return {**payload, "detail": self.cut_detail(answer.body)}

    def cut_detail(self, body: bytes) -> Any:
        """Read the body of a detail answer: JSON, where a source does not say otherwise.

        Raises:
            UnreadableAnswer: the body is not a detail answer of this provider.
        """
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """Parse a JSON answer.

    Raises:
        UnreadableAnswer: the body is empty, HTML, cut short, nested too deeply or otherwise not JSON; says which.
    """
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise UnreadableAnswer("the answer is empty, expected JSON")
    if text[:1] == b"<":
        raise UnreadableAnswer("the answer is an HTML or XML page, expected JSON")
    try:
        return jsontext.decode(text)
    except ValueError as error:
        raise UnreadableAnswer(f"the answer is not JSON ({error})") from error


def listing(body: bytes, *keys: str) -> list[Any]:
    """The list of postings in a JSON answer: the answer itself, or the value under the first of `keys`.

    Raises:
        UnreadableAnswer: there is no such list.
    """
    answer = parse_json(body)
    if isinstance(answer, list):
        return answer
    if isinstance(answer, dict):
        for key in keys:
            if isinstance(answer.get(key), list):
                return list(answer[key])
        if complaint := next((answer[key] for key in ("error", "message", "errors") if answer.get(key)), None):
            raise UnreadableAnswer(f"the provider answered with an error: {str(complaint)[:200]}")
        known = ", ".join(list(map(str, answer))[:8])
        raise UnreadableAnswer(f"the answer has no list under {' or '.join(keys) or 'the top'} (it has: {known})")
    raise UnreadableAnswer(f"the answer is a JSON {type(answer).__name__}, expected a list of postings")
