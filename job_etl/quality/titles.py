"""Titles to ESCO occupations, measured on the JobBERT evaluation set (Decorte et al. 2021).

Compared with the nearest label by rapidfuzz and with the figures published for JobBERT, a neural model. Needs ESCO's
occupations in the taxonomy folder.
"""

from __future__ import annotations

import csv
import random
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from statistics import fmean

from rapidfuzz import fuzz, process

from job_etl.normalize.occupation import esco_names, match_occupation, rank_occupations
from job_etl.quality.measures import Measure, labelled, unavailable

_DATA = "JobBERT titles"
_PUBLISHED = (("MRR", 0.309), ("MRR, mean of occupations", 0.364), ("recall@10", 0.46))
"""JobBERT's own figures (https://arxiv.org/abs/2109.09605), on its test half: not necessarily the same titles."""

_RANKED = 100
_TEN = 10
_FEW = 300

Rank = Callable[[str], list[str]]


def _ours(title: str) -> list[str]:
    return [occupation.uri or "" for occupation in rank_occupations(title, _RANKED)]


def _nearest_label() -> Rank:
    names = [(uri, name) for uri, labels in esco_names().items() for name in labels]
    texts = [name for _, name in names]

    def rank(title: str) -> list[str]:
        hits = process.extract(title.lower(), texts, scorer=fuzz.token_sort_ratio, limit=_RANKED)
        return list(dict.fromkeys(names[place][0] for _, _, place in hits))

    return rank


def _rows(system: str, rank: Rank, match: Callable[[str], object], rows: list[tuple[str, str]]) -> list[Measure]:
    began = time.process_time()
    for title, _ in rows:
        match(title)
    spent = time.process_time() - began
    reciprocal: dict[str, list[float]] = defaultdict(list)
    within_ten = 0
    for title, uri in rows:
        ranked = rank(title)
        place = ranked.index(uri) + 1 if uri in ranked else None
        reciprocal[uri].append(1 / place if place else 0.0)
        within_ten += place is not None and place <= _TEN
    n = len(rows)
    return [
        Measure("occupation", _DATA, system, "MRR", round(fmean(chain(*reciprocal.values())), 4), n),
        Measure(
            "occupation", _DATA, system, "MRR, mean of occupations", round(fmean(map(fmean, reciprocal.values())), 4), n
        ),
        Measure("occupation", _DATA, system, "recall@10", round(within_ten / n, 4), n),
        Measure(
            "occupation", _DATA, system, "ms a title", round(spent / n * 1000, 3), n, "the best match, each title once"
        ),
    ]


def title_measures(root: Path, *, sample: int | None = 3000, seed: int = 1) -> list[Measure]:
    """Mean reciprocal rank, recall@10 and time a title on a seeded sample of the set below `root` (None: all of it)."""
    path = labelled(root, "**/JobBERT-evaluation-dataset/titles.csv") or labelled(root, "**/*JobBERT*/titles.csv")
    if path is None or not esco_names():
        missing = "no labelled titles" if path is None else "no ESCO occupations in JOB_ETL_TAXONOMY_DIR"
        return [unavailable("occupation", _DATA, "job-etl", "MRR", missing)]
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["vacancyTitle"], row["conceptUri"]) for row in csv.DictReader(file)]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a sample, not a secret
    rows = rows[:sample]
    few, nearest = rows[:_FEW], _nearest_label()
    return [
        *_rows("job-etl", _ours, match_occupation, rows),
        *_rows("rapidfuzz, nearest label", nearest, nearest, few),
        *(Measure("occupation", _DATA, "JobBERT", name, value, 0, "as published") for name, value in _PUBLISHED),
    ]
