"""What a board showed when it was last crawled: which postings, and the details that need not be asked for again.

Belongs here: reading a board's earlier payloads for the sake of the crawl under way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from job_etl import jsontext
from job_etl.errors import JobEtlError, NotFound, UnreadablePayload
from job_etl.history import History
from job_etl.landing import Landing
from job_etl.model import Board, Payload
from job_etl.sources.base import Answer, Request, Source

_DETAIL = "detail"
_GIVES_UP_AFTER = 3  # details in a row that could not be had: the rest will not be either


class Earlier:
    """A board's payloads as they were last landed."""

    def __init__(self, source: Source, board: Board, landing: Landing, history: History) -> None:
        self._source = source
        self._board = board
        self._landing = landing
        self._history = history

    @property
    def ids(self) -> frozenset[str]:
        """The `source_job_id`s that were there."""
        return frozenset(self._lines)

    def payload(self, source_job_id: str) -> Payload | None:
        """The payload of a posting, or None where it is new."""
        line = self._lines.get(source_job_id)
        return jsontext.decode(line) if line else None

    @cached_property
    def _lines(self) -> dict[str, bytes]:
        """The payloads as text, which takes a fifth of the memory."""
        found: dict[str, bytes] = {}
        for facts in self._history.with_payloads():
            try:
                for line in self._landing.payload_lines(self._landing.payload_file(facts.key)):
                    name = identity(self._source, jsontext.decode(line), self._board)
                    if name is not None:
                        found.setdefault(name, line)
            except (JobEtlError, OSError, ValueError):
                continue  # what cannot be read is as good as new
        return found


@dataclass(slots=True)
class Details:
    """Completes list items with their details, asked for only where an item is new or has changed.

    `missing` counts the details that could not be had; their items are landed without, and asked for next time.
    """

    source: Source
    board: Board
    earlier: Earlier
    ask: Callable[[Request], Answer]
    missing: int = 0
    wanted: int = 0
    failure: str = ""
    _failures: int = 0
    _asks: bool = field(init=False)

    def __post_init__(self) -> None:
        self._asks = type(self.source).detail is not Source.detail

    def complete(self, payload: Any) -> Any:
        """The payload with its detail, where the source has one."""
        if not self._asks or not isinstance(payload, dict):
            return payload
        try:
            request = self.source.detail(payload, self.board)
        except UnreadablePayload:
            return payload
        if request is None:
            return payload
        self.wanted += 1
        if known := self._known(payload):
            return {**payload, **known}
        try:
            if self._failures < _GIVES_UP_AFTER:
                merged = self.source.merge(payload, self.ask(request))
                self._failures = 0
                return merged
        except NotFound:
            return payload  # gone since the list was made
        except JobEtlError as error:
            self._failures += 1
            self.failure = self.failure or str(error)
        self.missing += 1
        return payload

    @property
    def summary(self) -> str | None:
        """What is to be told of missing details; None where there are none."""
        if not self.missing:
            return None
        return f"{self.missing} of {self.wanted} details could not be had; first: {self.failure}"

    def _known(self, payload: Payload) -> Payload:
        """The detail as it was landed with the same list item, under its key; empty where there is none."""
        name = identity(self.source, payload, self.board)
        before = (self.earlier.payload(name) if name else None) or {}
        if _DETAIL not in before:
            return {}
        known = {_DETAIL: before.pop(_DETAIL)}
        return known if self.source.comparable(before) == self.source.comparable(payload) else {}


def identity(source: Source, payload: Any, board: Board) -> str | None:
    """The `source_job_id` of a payload, or None where it has none."""
    try:
        return source.identify(payload, board) if isinstance(payload, dict) else None
    except UnreadablePayload:
        return None
