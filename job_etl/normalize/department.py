"""The department a role belongs to and the industry its employer is in.

Belongs here: the provider's own words, then the words of the title, which are in `config/taxonomy/department.yml`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from job_etl.errors import ConfigError
from job_etl.model import Origin
from job_etl.normalize.phrases import Phrases, fold, section
from job_etl.normalize.text import clean_line

_DEPARTMENT = Origin("given", "department")
_TEAM = Origin("given", "team")
_TITLE = Origin("inferred", "title")
_INDUSTRY = Origin("given", "industry")

_DICTIONARY = "department.yml"
_NO_NAMES = frozenset({"n/a", "na", "none", "null", "unknown", "other", "others", "-", "general", "no department"})


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

    Of several, the first in the dictionary's order.
    """
    words, order, parts, departments = _dictionary()
    folded = fold(title)
    found = {hit.meaning for hit in words.find(folded)} & order.keys()
    found.update(departments[index] for index, _, _ in parts.find_matches_as_indexes(folded))
    return min(found, key=order.__getitem__, default=None)


@cache
def _dictionary() -> tuple[Phrases, dict[str, int], AhoCorasick, list[str]]:
    """The words and the order of their departments; the parts of words and the department of each."""
    words = section(_DICTIONARY, "words")
    order = {name: place for place, name in enumerate(words) if name != "nothing"}
    parts = [(fold(part), name) for name, inside in section(_DICTIONARY, "parts").items() for part in inside]
    if unknown := {name for _, name in parts} - order.keys():
        raise ConfigError(f"the dictionary {_DICTIONARY} has parts of {min(unknown)!r}, which has no words")
    automaton = AhoCorasick([part for part, _ in parts], implementation=Implementation.DFA)
    return Phrases(words), order, automaton, [name for _, name in parts]


@lru_cache(maxsize=4096)
def _name(text: str | None) -> str | None:
    line = clean_line(text)
    return line if line and any(map(str.isalpha, line)) and line.casefold() not in _NO_NAMES else None
