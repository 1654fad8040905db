"""Seniority, measured on two sets of titles people labelled with a level.

Compared with two lists of keywords, without and with "manager" as a sign of a lead. The sets' own levels are read as
ours: director, vice president, C-suite and management as executive, manager as lead. The second set's "Other" means
that no level of leadership is stated: any answer below lead is right there.

The sets disagree about two words: a head is a lead in the first and a director in the second, a manager of a function
senior in the first and a manager in the second. So the second is also measured with either scale's answer as right.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

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
_EITHER_SCALE = {"Director": ("lead",), "Manager": ("senior",)}
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


class _Title(NamedTuple):
    """A title with its level in our terms, and the set's own word for it."""

    text: str
    level: str
    label: str


def _rows(
    data: str, titles: list[_Title], classes: Sequence[str], also_right: Mapping[str, Sequence[str]] | None = None
) -> list[Measure]:
    also_right = also_right or {}
    rows = []
    for system, classify in _SYSTEMS.items():
        pairs = []
        for title in titles:
            level = classify(title.text)
            if level in also_right.get(title.label, ()):
                level = title.level
            elif _BELOW_LEAD in classes and level not in classes:
                level = _BELOW_LEAD
            pairs.append((title.level, level))
        rows.append(Measure("seniority", data, system, "macro-F1", round(macro_f1(pairs, classes), 4), len(pairs)))
    return rows


def _titles(path: Path, delimiter: str, columns: tuple[str, str], levels: dict[str, str]) -> list[_Title]:
    text, label = columns
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        return [_Title(row[text], levels[row[label]], row[label]) for row in rows if row[label] in levels]


def seniority_measures(root: Path) -> list[Measure]:
    """Macro-F1 on every labelled set of titles found below `root`, ours and the keyword lists'."""
    rows: list[Measure] = []
    if path := labelled(root, "**/snapaddy_seniority*.csv"):
        titles = _titles(path, ",", ("text", "label"), _SNAPADDY)
        rows += _rows("snapaddy titles", titles, ("junior", "senior", "lead", _EXECUTIVE))
    if path := labelled(root, "**/classified_titles.tsv"):
        titles = _titles(path, "\t", ("Position", "Classification"), _ROOTSTRAP)
        classes = (_EXECUTIVE, "lead", _BELOW_LEAD)
        rows += _rows("rootstrap titles", titles, classes)
        rows += _rows("rootstrap titles, either scale", titles, classes, _EITHER_SCALE)
    return rows or [unavailable("seniority", "labelled titles", "job-etl", "macro-F1", "no labelled titles")]
