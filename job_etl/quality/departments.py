"""Departments read from titles, measured on titles people sorted (snapADDY). Compared with the label's own words."""

from __future__ import annotations

import csv
from pathlib import Path

from job_etl.normalize.department import classify_department
from job_etl.quality.measures import Measure, claims, labelled, unavailable

_DATA = "snapaddy titles"


def department_measures(root: Path) -> list[Measure]:
    """Precision, recall and coverage on the labelled titles found below `root`."""
    path = labelled(root, "**/snapaddy_department*.csv")
    if path is None:
        return [unavailable("department", _DATA, "job-etl", "precision", "no labelled titles")]
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    names = sorted({label for _, label in rows})
    return [
        *claims("department", _DATA, "job-etl", ((label, classify_department(title)) for title, label in rows)),
        *claims("department", _DATA, "the label's words", ((label, _named(title, names)) for title, label in rows)),
    ]


def _named(title: str, names: list[str]) -> str | None:
    words = title.casefold().split()
    return next((name for name in names if any(word in words for word in name.casefold().split())), None)
