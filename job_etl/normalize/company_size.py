"""The size of the employer, as a band of the number of employees.

Belongs here: numbers of employees, in a provider's field or in a sentence in which the employer speaks of itself.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from job_etl.model import CompanySize, Origin

_GIVEN = Origin("given", "company size")
_OVERLAP = Origin("inferred", "company size, the band it lies in most")
_SAID = Origin("parsed", "description, the employer of itself")

_BANDS = (
    (1, 10, CompanySize.S1_10),
    (11, 50, CompanySize.S11_50),
    (51, 200, CompanySize.S51_200),
    (201, 500, CompanySize.S201_500),
    (501, 1000, CompanySize.S501_1000),
    (1001, 5000, CompanySize.S1001_5000),
    (5001, 10**9, CompanySize.S5001),
)
_DIGITS = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?!\d)|\d{1,7}"
_NUMBER = re.compile(rf"({_DIGITS})\s*(k\b|m\b)?", re.I)
_UP_TO = re.compile(r"\s*(?:<|(?:under|less than|fewer than|up to|bis|moins de|max)\b)", re.I)

_STAFF = (
    "employees",
    "people",
    "colleagues",
    "team members",
    "Mitarbeit",
    "Kolleg",
    "collaborateurs",
    "salariés",
    "empleados",
    "medewerkers",
    "dipendenti",
    "colaboradores",
    "pracownik",
    "medarbetare",
    "anställda",
)
_MORE = r"over|more than|above|über|mehr als|plus de|más de|meer dan|oltre|più di|mais de|ponad|över|mer än"
_ABOUT = (
    r"now|currently|already|about|around|nearly|almost|approximately|some|roughly|rund|etwa|ca\.?|environ|près de|unos"
    r"|ongeveer|circa|cerca de|około|cirka|omkring|aujourd['’]hui|derzeit|inzwischen|~"
)
_OF_ITSELF = re.compile(
    r"\b(?:"
    r"we(?: are|['’]re| employ| have)(?: an?)?(?:[\s,][\w&,-]+){0,7}?|employs"
    r"|(?:company|firm|startup|start-up|workforce|team) of"
    r"|wir (?:sind|beschäftigen)(?: ein)?(?: [\w-]+){0,4}?|unser(?:em|en)? (?:\w+ )?team (?:aus|von)|team von"
    r"|nous sommes|notre équipe de|somos(?: un equipo de| uma equipa de| uma equipe de)?|siamo(?: un team di)?"
    r"|wij zijn(?: met)?|jesteśmy zespołem|vi är"
    rf")\s+(?:(?:{_MORE}|{_ABOUT})\s*)*({_DIGITS})\s?(k\b)?\+?\s+$",
    re.I,
)
_MORE_THAN = re.compile(rf"\b(?:{_MORE})\b|\+", re.I)
_WINDOW = 110
_SMALLEST_WHOLE_TEAM = 15
_OF_ANOTHER = re.compile(
    r"\b(?:customers?|clients?|businesses|companies|organi[sz]ations|engineering team|tech team|served?|help\w*)\b",
    re.I,
)


def company_size(given: str | None, description: str | None) -> tuple[CompanySize, Origin | None]:
    """The band of the provider's number of employees, else of the one by which the employer describes itself.

    A range that crosses bands ("1 to 50") counts as the one it lies in most, if that is at least half of it.
    """
    if given and (band := _of_given(given)):
        return band
    if description:
        for _, start, _ in _staff().find_matches_as_indexes(description):
            if number := _said(description, start + 1):
                return _band(number, number)[0], _SAID
    return CompanySize.UNKNOWN, None


@cache
def _staff() -> AhoCorasick:
    """Finds a number's last character before a word for staff."""
    return AhoCorasick(
        [f"{last} {word}" for last in "0123456789+k" for word in _STAFF], implementation=Implementation.DFA
    )


def _said(description: str, end: int) -> int | None:
    """The number that ends there, if the employer speaks of its own staff; a team of a few is one of its teams."""
    match = _OF_ITSELF.search(description[max(0, end - _WINDOW) : end + 1])
    if match is None or _OF_ANOTHER.search(match[0]):
        return None
    number = _employees(match) + bool(_MORE_THAN.search(match[0]))
    return None if match[0][:4].lower() == "team" and number < _SMALLEST_WHOLE_TEAM else number


@lru_cache(maxsize=4096)
def _of_given(given: str) -> tuple[CompanySize, Origin] | None:
    numbers = [_employees(match) for match in _NUMBER.finditer(given)]
    if not 1 <= len(numbers) <= 2 or given.strip().startswith("-"):
        return None
    low, high = numbers[0], numbers[-1]
    if len(numbers) == 1 and _UP_TO.match(given):
        low = 1
    elif "+" in given:
        low = high = high + 1
    if not 1 <= low <= high:
        return None
    band, is_inside = _band(low, high)
    return None if band is CompanySize.UNKNOWN else (band, _GIVEN if is_inside else _OVERLAP)


def _band(low: int, high: int) -> tuple[CompanySize, bool]:
    """The band in which most of a range lies, and whether all of it does."""
    for first, last, band in _BANDS:
        shared = min(high, last) - max(low, first) + 1
        if shared * 2 >= high - low + 1:
            return band, first <= low and high <= last
    return CompanySize.UNKNOWN, False


def _employees(match: re.Match[str]) -> int:
    return int(re.sub(r"\D", "", match[1])) * {"k": 1_000, "m": 1_000_000}.get((match[2] or "").lower(), 1)
