"""Real boards read as the platform reads them: what the measures over whole postings run on.

Belongs here: which saved answers there are below a folder, and the postings in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from job_etl.errors import JobEtlError
from job_etl.model import Board, GivenPosting, Posting
from job_etl.normalize.posting import normalize
from job_etl.sources import SOURCES


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer that somebody saved: a whole board at one time."""

    source: str
    board: str
    collected_at: datetime
    file: Path


@dataclass(frozen=True, slots=True)
class Read:
    """A posting of a capture: what the source gives, and what is derived from it."""

    capture: Capture
    given: GivenPosting
    posting: Posting


def captures(root: Path) -> Iterator[Capture]:
    """Every capture of a whole board below `root`, the oldest first of each board."""
    # The Ashby and Remotive repositories were committed on these days; their answers hold no time of their own.
    for file in sorted(root.glob("api/ashby/stapply-ai+jobs/ashby/companies/*.json")):
        yield Capture("ashby", unquote(file.stem), _day("2025-11-15"), file)
    for file in sorted(root.glob("api/greenhouse/jiayuliang1314+tech-jobs-hub/data_full/*.json")):
        yield Capture("greenhouse", file.stem, _day("2025-10-26"), file)
    for file in sorted(root.glob("timeseries/greenhouse_dev/*/*/*.json")):
        yield Capture("greenhouse", file.stem, _day(file.parent.name), file)
    for file in sorted(root.glob("api/remoteok/*/data/jobs_raw.json")):
        yield Capture("remoteok", "all", _day("2025-06-13"), file)
    for file in sorted(root.glob("api/remotive/*/raw/*.json")):
        yield Capture("remotive", "all", _day("2026-08-05"), file)
    for file in sorted(root.glob("api/arbeitnow/*/data/*@*.json")):
        yield Capture("arbeitnow", "all", _day(file.stem.partition("@")[2]), file)
    for file in sorted(root.glob("api/adzuna/*/data/*@*.json")):
        yield Capture("adzuna", "data-jobs", _day(file.stem.partition("@")[2]), file)
    for file in sorted(root.glob("api/hn/*/runs/*/raw.json")):
        yield Capture("hackernews", "all", _day(file.parent.name), file)


@lru_cache(maxsize=1)
def postings(root: Path) -> tuple[Read, ...]:
    """Each posting of the captures as it was seen last; what cannot be read is left out."""
    last = {(capture.source, capture.board, capture.file.name): capture for capture in captures(root)}
    seen: dict[tuple[str, str], tuple[Capture, GivenPosting]] = {}
    for capture in last.values():
        source, board = SOURCES[capture.source], Board(capture.source, capture.board)
        for payload in source.cut(capture.file.read_bytes()):
            try:
                given = source.read(payload, board)
            except JobEtlError:
                continue
            seen[capture.source, given.source_job_id] = (capture, given)
    return tuple(
        Read(capture, given, normalize(given, collected_at=capture.collected_at)) for capture, given in seen.values()
    )


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
