"""Where the real payloads lie that some tests read, and which of them are whole boards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

FOLDER = Path(os.environ.get("JOB_ETL_REALDATA") or Path(__file__).parents[2] / "shared" / "data")

needs_realdata = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"there are no real payloads in {FOLDER}: set JOB_ETL_REALDATA"
)


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer that somebody saved: a whole board at one time."""

    source: str
    board: str
    collected_at: datetime
    file: Path


def captures() -> Iterator[Capture]:
    """Every capture of a whole board of the first eight sources, the oldest first of each board."""
    # The Ashby and Remotive repositories were committed on these days; their answers hold no time of their own.
    for file in _files("api/ashby/stapply-ai+jobs/ashby/companies/*.json"):
        yield Capture("ashby", unquote(file.stem), _day("2025-11-15"), file)
    for file in _files("api/greenhouse/jiayuliang1314+tech-jobs-hub/data_full/*.json"):
        yield Capture("greenhouse", file.stem, _day("2025-10-26"), file)
    for file in _files("timeseries/greenhouse_dev/*/*/*.json"):
        yield Capture("greenhouse", file.stem, _day(file.parent.name), file)
    for file in _files("api/remoteok/*/data/jobs_raw.json"):
        yield Capture("remoteok", "all", _day("2025-06-13"), file)
    for file in _files("api/remotive/*/raw/*.json"):
        yield Capture("remotive", "all", _day("2026-08-05"), file)
    for file in _files("api/arbeitnow/*/data/*@*.json"):
        yield Capture("arbeitnow", "all", _day(file.stem.partition("@")[2]), file)
    for file in _files("api/adzuna/*/data/*@*.json"):
        yield Capture("adzuna", "data-jobs", _day(file.stem.partition("@")[2]), file)
    for file in _files("api/hn/*/runs/*/raw.json"):
        yield Capture("hackernews", "all", _day(file.parent.name), file)


def _files(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
