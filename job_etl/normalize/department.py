"""The department a role belongs to and the industry its employer is in.

Belongs here: the provider's own words, then the words of the title, which are in `config/taxonomy/department.yml`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from job_etl.model import Origin
from job_etl.normalize import taxonomy
from job_etl.normalize.phrases import Phrases, fold
from job_etl.normalize.text import clean_line

_DEPARTMENT = Origin("given", "department")
_TEAM = Origin("given", "team")
_TITLE = Origin("inferred", "title")
_INDUSTRY = Origin("given", "industry")

_NOTHING = "nothing"


def department(given: str | None, team: str | None, title: str | None) -> tuple[str | None, Origin | None]:
    """The department as the provider names it, else its team, else what the title's words make likely."""
    for text, origin in ((given, _DEPARTMENT), (team, _TEAM)):
        if name := _name(text):
            return name, origin
    if title and (likely := classify_department(title)):
        return likely, _TITLE
    return None, None


def industry(given: str | None) -> tuple[str | None, Origin | None]:
    """The industry as the provider names it. No text says it reliably, so nothing is read from one."""
    name = _name(given)
    return (name, _INDUSTRY) if name else (None, None)


@lru_cache(maxsize=1 << 15)
def classify_department(title: str) -> str | None:
    """The department that a title's words name, one of those in the dictionary, or None.

    The word that comes first in the dictionary's order of departments wins.
    """
    words, parts, inside, order = _dictionary()
    folded = fold(title)
    found = {hit.meaning for hit in words.find(folded)} - {_NOTHING}
    found.update(inside[index] for index, _, _ in parts.find_matches_as_indexes(folded))
    return min(found, key=order.__getitem__, default=None)


@cache
def _dictionary() -> tuple[Phrases, AhoCorasick, list[str], dict[str, int]]:
    dictionary = taxonomy.document("department.yml")
    departments = dictionary["departments"]
    parts = [(fold(part), name) for name, entry in departments.items() for part in entry["parts"]]
    return (
        Phrases({name: entry["words"] for name, entry in departments.items()} | {_NOTHING: dictionary["nothing"]}),
        AhoCorasick([part for part, _ in parts], implementation=Implementation.DFA),
        [name for _, name in parts],
        {name: place for place, name in enumerate(departments)},
    )


@lru_cache(maxsize=4096)
def _name(text: str | None) -> str | None:
    line = clean_line(text)
    return line if line and any(map(str.isalpha, line)) and line.casefold() not in _NO_NAMES else None


_NO_NAMES = frozenset({"n/a", "na", "none", "null", "unknown", "other", "others", "-", "general", "no department"})
