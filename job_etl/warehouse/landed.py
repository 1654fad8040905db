"""One landed crawl as `raw` takes it: what tells its payloads apart, and the row of each.

Belongs here: reading a crawl's file, and what a payload's row holds. No database: this runs in a process that has none
open, so that the server need not wait for it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from job_etl import jsontext
from job_etl.errors import UnreadablePayload
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board
from job_etl.sources.base import Source
from job_etl.warehouse import copybinary

LANDED_COLUMNS = ("line", "source_job_id", "payload_hash")
PAYLOAD_COLUMNS = (
    "raw_id",
    "crawl_id",
    "line",
    "source_job_id",
    "payload_hash",
    "payload",
    "collected_at",
    "source",
    "board",
)

_CONTENT_KEPT = 10_000  # characters of a line that is not JSON: enough to see what it was
_CRAWL_KEPT = 16 << 20  # bytes of a crawl's payloads: most have far fewer, and the rest are read twice
_PART = 1 << 20  # bytes of payloads that are passed on together
_LANDED_BEGIN = copybinary.columns(len(LANDED_COLUMNS))
_PAYLOAD_BEGIN = copybinary.columns(len(PAYLOAD_COLUMNS))


class Unreadable(NamedTuple):
    """A line that is not JSON."""

    line: int
    reason: str
    content: str


@dataclass(slots=True)
class Part:
    """Some lines of a crawl.

    `landed` are rows of `LANDED_COLUMNS` and `payloads` the rows of `PAYLOAD_COLUMNS` by line, as COPY takes them in
    its binary format; of the latter `payload_rows` adds the first two columns, which only the server knows.
    """

    landed: bytes
    payloads: list[tuple[int, bytes]]
    unreadable: list[Unreadable]


def payload_rows(part: Part, crawl_id: int, raw_ids: dict[int, uuid.UUID]) -> bytes:
    """The whole rows of the payloads whose lines have a `raw_id`."""
    crawl = copybinary.int8(crawl_id)
    return b"".join(
        [
            _PAYLOAD_BEGIN + copybinary.raw(raw_id.bytes) + crawl + rest
            for line, rest in part.payloads
            if (raw_id := raw_ids.get(line))
        ]
    )


def read_crawl(
    landing: Landing, source: Source, facts: CrawlFacts, file: str, *, rewrite: bool = False
) -> Iterable[Part]:
    """The lines of a crawl, to be gone through twice: kept where they are few, else read again from the file.

    With `rewrite` no payload is passed on as it stands.

    Raises:
        PermanentError: the file is damaged.
    """
    again = _Again(partial(_parts, landing, source, facts, file, rewrite))
    kept, size = [], 0
    for part in again:
        kept.append(part)
        size += sum(len(row) for _, row in part.payloads)
        if size > _CRAWL_KEPT:
            return again
    return kept


@dataclass(frozen=True, slots=True)
class _Again:
    """What a function iterates over, each time anew."""

    read: Callable[[], Iterator[Part]]

    def __iter__(self) -> Iterator[Part]:
        return self.read()


def _parts(landing: Landing, source: Source, facts: CrawlFacts, file: str, rewrite: bool) -> Iterator[Part]:
    board = Board(facts.source, facts.board, facts.company, facts.params)
    shared = copybinary.timestamptz(facts.collected_at) + copybinary.text(facts.source) + copybinary.text(facts.board)
    part, landed, size = Part(b"", [], []), list[bytes](), 0
    for number, line in enumerate(landing.payload_lines(file), start=1):
        try:
            payload, text = jsontext.decode_for_jsonb(line, rewrite=rewrite)
        except ValueError as error:
            content = jsontext.storable(line[:_CONTENT_KEPT].decode("utf-8", errors="replace"))
            part.unreadable.append(Unreadable(number, f"the line is not JSON ({error})", content))
        else:
            told_apart = _told_apart(source, board, payload, number)
            landed.append(_LANDED_BEGIN + told_apart)
            part.payloads.append((number, told_apart + copybinary.jsonb(text) + shared))
        size += len(line)
        if size > _PART:
            part.landed = b"".join(landed)
            yield part
            part, landed, size = Part(b"", [], []), [], 0
    part.landed = b"".join(landed)
    yield part


def _told_apart(source: Source, board: Board, payload: Any, number: int) -> bytes:
    """The columns of `LANDED_COLUMNS`."""
    try:
        identity: str | None = jsontext.storable(source.identify(payload, board))
    except UnreadablePayload:
        identity = None  # kept all the same; reading it will say what is wrong
    fingerprint = copybinary.raw(_fingerprint(source, payload))
    return copybinary.int4(number) + copybinary.text(identity) + fingerprint


def _fingerprint(source: Source, payload: Any) -> bytes:
    """md5 of a payload's JSON with sorted keys, without what changes by itself."""
    comparable = source.comparable(payload) if isinstance(payload, dict) else payload
    return hashlib.md5(jsontext.encode_sorted(comparable), usedforsecurity=False).digest()
