"""How many postings of each source have a value in each field, and how they came by it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields
from pathlib import Path

from job_etl.model import Posting
from job_etl.quality.boards import Read, postings

_ALWAYS = {"source_job_id", "provenance"}
HOWS = ("given", "parsed", "inferred")


def coverage(root: Path) -> dict[str, dict[str, Counter[str]]]:
    """By field and source the number of postings by `given`, `parsed` and `inferred`, and of all under `all`."""
    counts: dict[str, dict[str, Counter[str]]] = {
        field.name: {} for field in fields(Posting) if field.name not in _ALWAYS
    }
    for row in postings(root):
        for name, by_source in counts.items():
            count = by_source.setdefault(row.capture.source, Counter())
            count["all"] += 1
            if origin := row.posting.provenance.get(name):
                count[origin.how] += 1
    return counts


def sample(root: Path, size: int, *, seed: int = 1) -> list[Read]:
    """Some postings drawn evenly over the sources, the same for the same seed."""
    by_source: dict[str, list[Read]] = {}
    for row in postings(root):
        by_source.setdefault(row.capture.source, []).append(row)
    dice = random.Random(seed)  # noqa: S311 - a sample, not a secret
    each = -(-size // max(1, len(by_source)))
    drawn = [row for rows in by_source.values() for row in dice.sample(rows, min(each, len(rows)))]
    return dice.sample(drawn, min(size, len(drawn)))
