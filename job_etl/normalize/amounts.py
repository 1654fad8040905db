"""Sums of money in text, whatever they are for.

Belongs here: marks of currencies, numbers, ranges and the period behind a sum. Which sums are a job's pay is decided in
`salary_text`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from job_etl.model import Period
from job_etl.normalize import money, taxonomy
from job_etl.normalize.phrases import Phrases, fold

BEFORE = 170
_AFTER = 100
"""How much of a line before and after a currency's mark is read, in characters."""


class _Mark(NamedTuple):
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one line with marks of currencies in it, and the end of the line before."""

    text: str
    marks: tuple[_Mark, ...]
    before: str


@cache
def _marks(country: str | None) -> tuple[AhoCorasick, tuple[str, ...]]:
    patterns = money.spellings(country)
    return AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA), patterns


def windows(text: str, country: str | None, *, whole: bool) -> Iterator[Window]:
    """The stretches of a text that can hold pay; all of a provider's line, whose currency may be left out."""
    automaton, patterns = _marks(country)
    marks = deque(
        _Mark(start, end, patterns[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _is_mark(text, start, end)
    )
    if whole:
        yield Window(text, tuple(marks), "")
        return
    while marks:
        first = marks[0]
        line_start = text.rfind("\n", 0, first.start) + 1
        line_end = text.find("\n", first.end)
        start = text.rfind(" ", line_start, max(line_start, first.start - BEFORE)) + 1 or line_start
        end = first.end
        inside: list[_Mark] = []
        while marks and marks[0].start <= end + _AFTER and (line_end < 0 or marks[0].start < line_end):
            mark = marks.popleft()
            end = mark.end
            inside.append(_Mark(mark.start - start, mark.end - start, mark.text))
        end = end + _AFTER if line_end < 0 else min(end + _AFTER, line_end)
        yield Window(text[start:end], tuple(inside), text[max(0, start - BEFORE) : start].strip())


def _is_mark(text: str, start: int, end: int) -> bool:
    """Whether a match is no part of a word, and a number is near it."""
    if text[start].isalpha() and start and text[start - 1].isalpha():
        return False
    if text[end - 1].isalpha() and end < len(text) and text[end].isalpha():
        return False
    return any(c.isdigit() for c in text[max(0, start - 14) : end + 3])


_POWERS = {
    3: "k тыс тыс. tys tys. tsd tsd. mil thousand",
    4: "万",
    5: "lakh lakhs lac lacs lpa l",
    6: "m mm mn mln mio mio. million millions juta triệu",
    7: "cr crore crores",
    9: "b bn billion md mrd",
    12: "trillion",
}
"""Powers of ten of the words behind a number."""

_MULTIPLIERS = {word: Decimal(10) ** power for power, words in _POWERS.items() for word in words.split()}
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[.,'’\u00a0\u202f\u2009 ]\d{3})+(?:[.,]\d{1,2})?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?"
    r"|\d{1,12}(?:[.,]\d{1,2})?)(?![.,'’]?\d)(?:[.,][-–—](?!\s?\d))?"
    rf"(?:\+?\s?(?P<suffix>(?i:{'|'.join(sorted(map(re.escape, _MULTIPLIERS), key=len, reverse=True))}))(?!\w))?"
)
_LAKHS = frozenset({"lakh", "lakhs", "lac", "lacs"})
_A_YEAR = re.compile(r"\s?(?:per annum|p\.?a)\b", re.I)
"""Behind lakhs: with it they are rupees, as "LPA" says in short."""

_RETIREMENT = re.compile(r"40[13]\s?\(?[kb]\b|457\s?\(?b\b", re.I)
_TO = re.compile(
    r"[\s(]*(?:[-–—‐‑−~]{1,2}|->|→|\b(?:to(?: a maximum of)?|up to|through|bis(?: zu)?|à|al?|ao|tot|do|till?)\b)\s*",
    re.I,
)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|pomiędzy|między)\W*$", re.I)
_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_AND = re.compile(r"\s*\b(?:and|und|et|y|e|en|och|a|i)\b\s*", re.I)
_LEAST = re.compile(r"\bmin(?:imum|\.)?\b[^\d\n]{0,20}$", re.I)
_MOST = re.compile(r"[\s,;/|–-]*(?:and (?:the |a )?)?\bmax(?:imum|\.)?\b(?: (?:salary|pay|is|of|range))*[\s:]*", re.I)
_MORE = re.compile(r"\+|\s?(?:upwards?|and up|and above|or more)\b", re.I)
_UNFINISHED = re.compile(r"\s*[-–—]\s*\W?\d|,\S")


class _Amount(NamedTuple):
    """A number with the marks beside it, the best first; positions are of the window."""

    start: int
    end: int
    digits: Decimal
    suffix: str
    marks: tuple[str, ...]

    def value(self, suffix: str) -> Decimal:
        return self.digits * _MULTIPLIERS.get(suffix, Decimal(1))


class Sum(NamedTuple):
    """One amount, or two joined to a range; both bounds None where it cannot be read."""

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    marks: tuple[str, ...]
    is_range: bool
    suffix: str


def parse_number(text: str) -> Decimal:
    """A number as any of the languages writes it: 45.000, 45,000.50, 1’200, 12,00,000."""
    digits = "".join(c for c in text if c.isdigit() or c in ".,").strip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    decimals = len(digits) - last - 1
    is_decimal = last >= 0 and decimals != 3 and (digits.count(digits[last]) == 1)
    whole = digits[:last] if is_decimal else digits
    number = "".join(c for c in whole if c.isdigit())
    return Decimal(f"{number}.{digits[last + 1 :]}" if is_decimal else number)


def _amounts(window: Window) -> Iterator[_Amount]:
    text = window.text
    by_end = {mark.end: mark for mark in window.marks}
    by_start = {mark.start: mark for mark in window.marks}
    for match in _NUMBER.finditer(text):
        marks: list[str] = []
        start = match.start()
        while mark := by_end.get(start) or (by_end.get(start - 1) if start and text[start - 1].isspace() else None):
            marks.append(mark.text)
            start = mark.start
        glued = text[start - 1 : start]
        if glued.isdigit() or (not marks and (glued.isalpha() or glued in set(".,#"))):
            continue
        if _RETIREMENT.match(text, match.start()):
            continue
        end = match.end()
        after = by_start.get(end) or (by_start.get(end + 1) if text[end : end + 1].isspace() else None)
        if after:
            marks.insert(0, after.text)
            end = after.end
        suffix = (match["suffix"] or "").casefold()
        if not marks and (suffix == "lpa" or (suffix in _LAKHS and _A_YEAR.match(text, end))):
            marks.append("LPA")
        yield _Amount(start, end, parse_number(match["digits"]), suffix, tuple(marks))


def sums(window: Window) -> Iterator[Sum]:
    """The sums of a window, two amounts with a dash or a "to" between them as one: "$100-140K USD", "35 à 45k€"."""
    amounts = list(_amounts(window))
    joined = False
    for first, second in zip_longest(amounts, amounts[1:]):
        if joined:
            joined = False
        elif second is not None and _is_range(window.text, first, second):
            joined = True
            yield _range(first, second)
        else:
            yield _single(window.text, first)


def _is_range(text: str, first: _Amount, second: _Amount) -> bool:
    gap = _BRACKETS.sub(" ", text[first.end : second.start])
    if len(gap) > 40:
        return False
    if len(gap) > 4 and (period := period_behind(gap)):
        gap = gap[period[1] :].removeprefix(".")
    if _TO.fullmatch(gap):
        return True
    ahead = _BETWEEN if _AND.fullmatch(gap) else _LEAST if _MOST.fullmatch(gap) else None
    return ahead is not None and ahead.search(text, 0, first.start) is not None


def _range(first: _Amount, second: _Amount) -> Sum:
    high = second.value(second.suffix)
    low = first.value(first.suffix)
    if not first.suffix and second.suffix and first.digits < 1000:
        low = first.value(second.suffix)
    marks = second.marks + first.marks
    if low > high:
        return Sum(first.start, second.end, None, None, marks, True, second.suffix)
    return Sum(first.start, second.end, low, high, marks, True, second.suffix)


def _single(text: str, amount: _Amount) -> Sum:
    low: Decimal | None = amount.value(amount.suffix)
    high = low
    more = _MORE.match(text, amount.end)
    bound = _bound(text[max(0, amount.start - 24) : amount.start])
    if _UNFINISHED.match(text, amount.end) or (more and bound == "most"):
        low = high = None
    elif more or bound == "least":
        high = None
    elif bound == "most":
        low = None
    return Sum(amount.start, more.end() if more else amount.end, low, high, amount.marks, False, amount.suffix)


@cache
def _bounds() -> Phrases:
    words = taxonomy.document("salary_words.yml")
    return Phrases({"least": words["least"], "most": words["most"]})


@cache
def _periods() -> Phrases:
    return Phrases(taxonomy.document("salary_words.yml")["periods"])


def _bound(ahead: str) -> str | None:
    """Whether "from" or "up to" stands right before a sum."""
    folded = fold(ahead).rstrip(" :~(")
    found = _bounds().find(folded)
    return found[-1].meaning if found and found[-1].end == len(folded) else None


def period_behind(behind: str) -> tuple[Period, int] | None:
    """The period that a text begins with but for a word or two ("gross per month"), and where it ends."""
    stretch = re.split(r"[\d;|•\n,]|\.\s", behind, maxsplit=1)[0]
    found = _periods().find(fold(stretch))
    return (Period(found[0].meaning), found[0].end) if found and found[0].start <= 20 else None
