"""Answers that somebody saved, landed as one crawl.

Belongs here: reading the files, and refusing what is not an answer of the source it is said to be of.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import zstandard

from job_etl.errors import JobEtlError, PermanentError, UnreadableAnswer
from job_etl.landing import CrawlFacts, Landing, decompressed
from job_etl.model import Board, GivenPosting, Outcome
from job_etl.sources import SOURCES
from job_etl.sources.base import Source

_MAGIC = {gzip.compress(b"")[:2]: ".gz", zstandard.MAGIC_NUMBER.to_bytes(4, "little"): ".zst"}

# Over the real captures and fixtures of 27 sources, the right source reads at least 1.5 times as many fields as any
# other that can cut the answer at all.
_CLEARLY_MORE = 1.3
_LEAST_READ = 3.0
_SAMPLED = 20

_READ = [field.name for field in fields(GivenPosting) if field.name not in ("source_job_id", "company_inferred")]


@dataclass(frozen=True, slots=True)
class Saved:
    """What was landed: the crawl's facts, how many payloads have no identity, and how many repeat one."""

    facts: CrawlFacts
    without_id: int
    repeated: int


def land_files(
    landing: Landing, source: Source, board: Board, files: Sequence[str], *, collected_at: datetime
) -> Saved:
    """Land the exact bytes of a provider's answers, the pages of one crawl, as a complete crawl.

    A file may be compressed with gzip or zstd; `-` is standard input. All files are read before anything is landed.

    Raises:
        PermanentError: a file cannot be read, or the landing zone not written.
        UnreadableAnswer: a file is not an answer of the source, or looks like another's; nothing is landed.
    """
    payloads: list[Any] = []
    received = 0
    for file in files:
        body = _content(file)
        received += len(body)
        payloads += _cut(source, board, body, file)
    try:
        with landing.write(board, collected_at=collected_at) as crawl:
            for payload in payloads:
                crawl.add(payload)
            facts = crawl.finish(Outcome.COMPLETE, received_bytes=received)
    except OSError as error:
        raise PermanentError(f"landing zone {landing.url}: cannot be written ({error.strerror or error})") from error
    identities = Counter(_identity(source, board, payload) for payload in payloads)
    without_id = identities.pop(None, 0)
    return Saved(facts, without_id, identities.total() - len(identities))


def _content(file: str) -> bytes:
    try:
        stored = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        named = Path(file).suffix
        # Standard input has no name to go by, and what was downloaded has not always the right one.
        suffix = named if named in _MAGIC.values() else next((_MAGIC[m] for m in _MAGIC if stored.startswith(m)), "")
        return b"".join(decompressed(io.BytesIO(stored), suffix))
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise PermanentError(f"{file}: cannot be read ({reason})") from error


def _cut(source: Source, board: Board, body: bytes, file: str) -> list[Any]:
    try:
        payloads = source.cut(body)
    except UnreadableAnswer as error:
        raise UnreadableAnswer(f"{file}: {error}{_suspicion(body, board)}") from error
    read = _fields_read(source, board, payloads)
    others = _fields_read_by_others(body, board)
    if others and others[best := max(others, key=others.__getitem__)] > max(read * _CLEARLY_MORE, _LEAST_READ):
        raise UnreadableAnswer(f"{file}: looks like an answer of {best}, not of {source.name}")
    return payloads


def _suspicion(body: bytes, board: Board) -> str:
    others = _fields_read_by_others(body, board)
    best = max(others, key=others.__getitem__, default=None)
    return f"; it looks like an answer of {best}" if best and others[best] > _LEAST_READ else ""


def _fields_read_by_others(body: bytes, board: Board) -> dict[str, float]:
    found = {}
    for name, source in SOURCES.items():
        if name != board.source:
            try:
                found[name] = _fields_read(source, board, source.cut(body))
            except UnreadableAnswer:
                continue
    return found


def _fields_read(source: Source, board: Board, payloads: Sequence[Any]) -> float:
    """How many fields a source reads in a payload, on average over the first few."""
    sample = payloads[:_SAMPLED]
    return fmean(_count(source, board, payload) for payload in sample) if sample else 0.0


def _count(source: Source, board: Board, payload: Any) -> int:
    try:
        given = source.read(payload, board)
    except JobEtlError:
        return 0
    return sum(bool(getattr(given, name)) for name in _READ)


def _identity(source: Source, board: Board, payload: Any) -> str | None:
    try:
        return source.identify(payload, board)
    except JobEtlError:
        return None
