"""What a board showed when it was last crawled: which postings, and the details that need not be asked for again yet.

Belongs here: reading a board's earlier payloads for the sake of the crawl under way.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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

    def payload(self, source_job_id: str) -> tuple[Payload, datetime] | None:
        """The payload of a posting and when it was landed, or None where it is new."""
        known = self._lines.get(source_job_id)
        return (jsontext.decode(known[0]), known[1]) if known else None

    def is_any_due(self, now: datetime, every: timedelta) -> bool:
        """Whether it is the turn of any posting's detail to be asked for anew."""
        return any(is_due(name, landed_at, now, every) for name, (_, landed_at) in self._lines.items())

    @cached_property
    def _lines(self) -> dict[str, tuple[bytes, datetime]]:
        """The payloads as text, which takes a fifth of the memory."""
        found: dict[str, tuple[bytes, datetime]] = {}
        for facts in self._history.with_payloads():
            try:
                for line in self._landing.payload_lines(self._landing.payload_file(facts.key)):
                    name = identity(self._source, jsontext.decode(line), self._board)
                    if name is not None:
                        found.setdefault(name, (line, facts.collected_at))
            except (JobEtlError, OSError, ValueError):
                continue  # what cannot be read is as good as new
        return found


@dataclass(slots=True)
class Details:
    """Completes list items with their details, asked for where an item is new or changed, and else `every` so often.

    `missing` counts the details that could not be had; their items are landed without, and asked for next time. `stale`
    counts those that could not be had anew and stay as they were.
    """

    source: Source
    board: Board
    earlier: Earlier
    ask: Callable[[Request], Answer]
    now: datetime
    every: timedelta
    missing: int = 0
    stale: int = 0
    wanted: int = 0
    failure: str = ""
    _failures: int = 0
    _asks: bool = field(init=False)

    def __post_init__(self) -> None:
        self._asks = has_details(self.source)

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
        known, is_fresh = self._known(payload)
        if is_fresh:
            return {**payload, **known}
        try:
            if self._failures < _GIVES_UP_AFTER:
                merged = self.source.merge(payload, self.ask(request))
                self._failures = 0
                return merged
        except NotFound:
            return {**payload, **known}  # gone since the list was made
        except JobEtlError as error:
            self._failures += 1
            self.failure = self.failure or str(error)
        self.stale += bool(known)
        self.missing += not known
        return {**payload, **known}

    @property
    def summary(self) -> str | None:
        """What is to be told of details that could not be had; None where there are none."""
        if not self.missing and not self.stale:
            return None
        stale = f"{self.stale} of {self.wanted} details could not be had anew"
        missing = f"{self.missing} of {self.wanted} details could not be had"
        return f"{missing if self.missing else stale}; first: {self.failure}"

    def _known(self, payload: Payload) -> tuple[Payload, bool]:
        """The detail as it was landed with the same list item, under its key, and whether it need not be asked for."""
        name = identity(self.source, payload, self.board)
        known = self.earlier.payload(name) if name else None
        if name is None or known is None or _DETAIL not in known[0]:
            return {}, False
        before, landed_at = known
        detail = {_DETAIL: before.pop(_DETAIL)}
        if self.source.comparable(before) != self.source.comparable(payload):
            return {}, False
        return detail, not is_due(name, landed_at, self.now, self.every)


def has_details(source: Source) -> bool:
    """Whether postings of a source may have a detail beside their list item."""
    return type(source).detail is not Source.detail


def is_due(source_job_id: str, since: datetime, now: datetime, every: timedelta) -> bool:
    """Whether the turn of a posting's detail came after `since`.

    Each has one turn `every` so often, at a time that its id decides: so no day has all of them, and nothing has to be
    remembered.
    """
    digest = hashlib.blake2b(source_job_id.encode(errors="replace"), digest_size=8).digest()
    phase = int.from_bytes(digest, "big") / (1 << 64)
    turns = [math.floor(at.timestamp() / every.total_seconds() + phase) for at in (since, now)]
    return turns[1] > turns[0]


def identity(source: Source, payload: Any, board: Board) -> str | None:
    """The `source_job_id` of a payload, or None where it has none."""
    try:
        return source.identify(payload, board) if isinstance(payload, dict) else None
    except UnreadablePayload:
        return None
