"""Whether one job gets one key, measured on jobs that several collectors saw, each in its own words.

The labels are the ids of the applicant tracking systems in the links. A pair of rows of one id should have one key, a
pair of other ids another. Compared with keys of the texts as they are.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Hashable, Sequence
from contextlib import suppress
from pathlib import Path

from job_etl.model import GivenPlace
from job_etl.normalize.company import clean_company, company_match_key
from job_etl.normalize.places import resolve_places
from job_etl.normalize.text import clean_line
from job_etl.normalize.title import standardise_title
from job_etl.quality.measures import Measure, Tally, labelled, unavailable

_DATA = "crosswalk of collectors"


def duplicate_measures(root: Path) -> list[Measure]:
    """Precision, recall and F1 over pairs of rows, for the keys of jobs and of companies."""
    path = labelled(root, "**/crosswalk_same_job_across_datasets*.csv")
    if path is None:
        return [unavailable("dedup key", _DATA, "job-etl", "precision", "no labelled data")]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    same = [row["ats_key"] for row in rows]
    titled = [(company_match_key(row["company"]), *_standard(row)) for row in rows]
    systems: dict[str, list[Hashable]] = {
        "texts as they are": [(row["company"], row["title"], row["location"]) for row in rows],
        "hash_key": [tuple(_folded(text) for text in _cleaned(row)) for row in rows],
        "company key, standard title and place": list(titled),
        "company key and standard title": [key[:2] for key in titled],
    }
    measures = [m for system, keys in systems.items() for m in _pairs(same, keys).rows("dedup key", _DATA, system)]
    for system, names in (
        ("company as it is", [row["company"] for row in rows]),
        ("company_key", [company_match_key(row["company"]) for row in rows]),
    ):
        measures += [m for m in _pairs(same, names).rows("company key", _DATA, system) if m.metric == "recall"]
    return measures


def _pairs(labels: Sequence[Hashable], keys: Sequence[Hashable]) -> Tally:
    wanted, found, both = (_count(values) for values in (labels, keys, list(zip(labels, keys, strict=True))))
    return Tally(both, found - both, wanted - both)


def _count(values: Sequence[Hashable]) -> int:
    """The pairs of equal values."""
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


def _cleaned(row: dict[str, str]) -> tuple[str | None, str | None, str]:
    return clean_company(row["company"]), clean_line(row["title"]), "; ".join(_places(row))


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).lower()


def _standard(row: dict[str, str]) -> tuple[str, str | None]:
    given = [GivenPlace(text=text) for text in _places(row)]
    title = standardise_title(clean_line(row["title"]), told=(row["company"], row["location"]))[0]
    return _folded(title), resolve_places(given).location_std


def _places(row: dict[str, str]) -> list[str]:
    with suppress(ValueError):
        listed = json.loads(row["location"])
        if isinstance(listed, list):
            return [str(text) for text in listed]
    return [row["location"]]
