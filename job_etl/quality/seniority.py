"""Seniority, measured on two sets of titles people labelled with a level.

Compared with two lists of keywords, without and with "manager" as a sign of a lead. The sets' own levels are read as
ours: director, vice president, C-suite and management as executive, manager as lead. The second set's "Other" means
that no level of leadership is stated: any answer below lead is right there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from job_etl.normalize.seniority import classify_seniority
from job_etl.quality.measures import Measure, labelled, macro_f1, unavailable

_EXECUTIVE = "executive"
_BELOW_LEAD = "below lead"
_SNAPADDY = {"Junior": "junior", "Senior": "senior", "Lead": "lead", "Director": _EXECUTIVE, "Management": _EXECUTIVE}
_ROOTSTRAP = {
    "C-Suite": _EXECUTIVE,
    "VP": _EXECUTIVE,
    "Director": _EXECUTIVE,
    "Manager": "lead",
    "Other": _BELOW_LEAD,
}
_KEYWORDS = {
    "intern": "intern internship praktikant werkstudent trainee",
    _EXECUTIVE: "chief ceo cto cfo coo cio vp president director direktor directeur founder geschäftsführer",
    "lead": "lead head leiter leitung",
    "senior": "senior sr",
    "junior": "junior jr",
}

Classify = Callable[[str], str]


def _ours(title: str) -> str:
    return classify_seniority(title, description=None, given=None)[0].value


def _keywords(*more_leads: str) -> Classify:
    lists = {level: [*words.split(), *(more_leads if level == "lead" else ())] for level, words in _KEYWORDS.items()}
    patterns = {level: re.compile(rf"\b(?:{'|'.join(words)})", re.I) for level, words in lists.items()}
    return lambda title: next((level for level, pattern in patterns.items() if pattern.search(title)), "unknown")


_SYSTEMS: dict[str, Classify] = {
    "job-etl": _ours,
    "keyword list": _keywords(),
    "keyword list with manager": _keywords("manager"),
}


def _rows(data: str, titles: list[tuple[str, str]], classes: Sequence[str]) -> list[Measure]:
    rows = []
    for system, classify in _SYSTEMS.items():
        pairs = [(label, classify(title)) for title, label in titles]
        if _BELOW_LEAD in classes:
            pairs = [(label, level if level in classes else _BELOW_LEAD) for label, level in pairs]
        rows.append(Measure("seniority", data, system, "macro-F1", round(macro_f1(pairs, classes), 4), len(pairs)))
    return rows


def _titles(path: Path, delimiter: str, columns: tuple[str, str], levels: dict[str, str]) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        return [(row[columns[0]], levels[row[columns[1]]]) for row in rows if row[columns[1]] in levels]


def seniority_measures(root: Path) -> list[Measure]:
    """Macro-F1 on every labelled set of titles found below `root`, ours and the keyword lists'."""
    rows: list[Measure] = []
    if path := labelled(root, "**/snapaddy_seniority*.csv"):
        titles = _titles(path, ",", ("text", "label"), _SNAPADDY)
        rows += _rows("snapaddy titles", titles, ("junior", "senior", "lead", _EXECUTIVE))
    if path := labelled(root, "**/classified_titles.tsv"):
        titles = _titles(path, "\t", ("Position", "Classification"), _ROOTSTRAP)
        rows += _rows("rootstrap titles", titles, (_EXECUTIVE, "lead", _BELOW_LEAD))
    return rows or [unavailable("seniority", "labelled titles", "job-etl", "macro-F1", "no labelled titles")]
