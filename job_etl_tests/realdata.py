"""Where the real payloads lie that some tests read, and which of them are whole boards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from job_etl.quality import boards as saved
from job_etl.quality.boards import Capture

__all__ = ["FOLDER", "Capture", "captures", "needs_realdata"]

FOLDER = Path(os.environ.get("JOB_ETL_REALDATA") or Path(__file__).parents[2] / "shared" / "data")

needs_realdata = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"there are no real payloads in {FOLDER}: set JOB_ETL_REALDATA"
)


def captures() -> Iterator[Capture]:
    """Every capture of a whole board of the first eight sources, the oldest first of each board."""
    return saved.captures(FOLDER)
