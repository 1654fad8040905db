"""Taking away what runs leave behind: a year of daily runs must not fill the disk."""

from __future__ import annotations

import shutil
import time
from pathlib import Path


def prune(folder: Path, days: float) -> int:
    """Delete the entries of a folder that nothing in them was written to for so many days; returns how many."""
    if not folder.is_dir():
        return 0
    before = time.time() - days * 86400
    doomed = [entry for entry in folder.iterdir() if _last_written(entry) < before]
    for entry in doomed:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(doomed)


def _last_written(entry: Path) -> float:
    try:
        times: list[float] = [file.lstat().st_mtime for file in (entry, *(entry.rglob("*") if entry.is_dir() else ()))]
    except FileNotFoundError:  # somebody else is at it
        return time.time()
    return max(times)
