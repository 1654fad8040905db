"""Base pay in text: sums of money, and which of them are what the job pays.

Belongs here: reading prose and providers' lines. Structured fields, the choice between sources and the year's pay in
the base currency are in `salary`.

A sum is taken for base pay on evidence: a range, a word for pay near it, a period behind it, a plausible amount. A
word such as "bonus", "raised" or "ARR" that is nearer than any word for pay excludes it. A wrong salary is worse than
none, so what does not reach the threshold is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from job_etl.model import Period
from job_etl.normalize import money, taxonomy
from job_etl.normalize.phrases import Phrases, fold


class Need(IntEnum):
    """How much evidence a text has to give: a provider's line about pay almost none, a title some, prose most."""

    LINE = 0
    TITLE = 1
    PROSE = 3


SURE = 4
"""The evidence from which several ranges are taken for one job's: more than that they are ranges of money."""


@dataclass(frozen=True, slots=True)
class Pay:
    """One sum or range as written. `evidence` is how sure it is base pay; `inferred` that no period is written."""

    minimum: Decimal | None
    maximum: Decimal | None
    currency: str | None
    period: Period | None
    evidence: int = 0
    inferred: bool = False


def find(text: str, need: Need, country: str | None, on: date | None) -> list[Pay]:
    """Base pay in a text, in order, each sum once; empty where nothing reaches the need for evidence.

    `country` (ISO 3166-1 alpha-2) tells whose dollar or crown is meant, the rates of the day `on` what is plausible.
    """
    found: dict[tuple[object, ...], Pay] = {}
    for window in _windows(text, need, country):
        for amount in _joined(window):
            pay = _weighed(amount, window, country, on)
            if pay is not None and pay.evidence >= need:
                same = (pay.minimum, pay.maximum, pay.currency, pay.period)
                if same not in found or found[same].evidence < pay.evidence:
                    found[same] = pay
    return list(found.values())


# --- where the money is -----------------------------------------------------------------------------------------------

_BEFORE, _AFTER = 170, 100
"""How much of a line around a currency's mark is read, in characters."""


class _Mark(NamedTuple):
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of one line with marks of currencies in it, and the end of the line before."""

    text: str
    marks: tuple[_Mark, ...]
    before: str


@cache
def _marks(country: str | None) -> tuple[AhoCorasick, tuple[str, ...]]:
    patterns = money.spellings(country)
    return AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest), patterns


def _windows(text: str, need: Need, country: str | None) -> Iterator[_Window]:
    """The stretches of a text that can hold pay; all of a provider's line, whose currency may be left out."""
    automaton, patterns = _marks(country)
    marks = [
        _Mark(start, end, patterns[index])
        for index, start, end in automaton.find_matches_as_indexes(text)
        if _is_mark(text, start, end)
    ]
    if need is Need.LINE:
        yield _Window(text, tuple(marks), "")
        return
    while marks:
        first = marks[0]
        line_start = text.rfind("\n", 0, first.start) + 1
        line_end = text.find("\n", first.end)
        start = text.rfind(" ", line_start, max(line_start, first.start - _BEFORE)) + 1 or line_start
        end = first.end
        inside: list[_Mark] = []
        while marks and marks[0].start <= end + _AFTER and (line_end < 0 or marks[0].start < line_end):
            mark = marks.pop(0)
            end = mark.end
            inside.append(_Mark(mark.start - start, mark.end - start, mark.text))
        end = end + _AFTER if line_end < 0 else min(end + _AFTER, line_end)
        yield _Window(text[start:end], tuple(inside), text[max(0, start - _BEFORE) : start].strip())


def _is_mark(text: str, start: int, end: int) -> bool:
    """Whether a match is no part of a word, and a number is near it."""
    if text[start].isalpha() and start and text[start - 1].isalpha():
        return False
    if text[end - 1].isalpha() and end < len(text) and text[end].isalpha():
        return False
    return any(c.isdigit() for c in text[max(0, start - 14) : end + 3])


# --- amounts ----------------------------------------------------------------------------------------------------------

_POWERS = {
    power: words.split()
    for power, words in {
        3: "k тыс тыс. tys tys. tsd tsd. mil thousand",
        4: "万",
        5: "lakh lakhs lac lacs lpa l",
        6: "m mm mn mln mio mio. million millions juta triệu",
        7: "cr crore crores",
        9: "b bn billion md mrd",
        12: "trillion",
    }.items()
}
"""Powers of ten of the words behind a number."""

_MULTIPLIERS = {word: Decimal(10) ** power for power, words in _POWERS.items() for word in words}
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[.,'’\u00a0\u202f\u2009 ]\d{3})+(?:[.,]\d{1,2})?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?"
    r"|\d{1,12}(?:[.,]\d{1,2})?)(?![.,'’]?\d)(?:[.,][-–—](?!\s?\d))?"
    rf"(?:\+?\s?(?P<suffix>(?i:{'|'.join(sorted(map(re.escape, _MULTIPLIERS), key=len, reverse=True))}))(?!\w))?"
)
_RETIREMENT = re.compile(r"40[13]\s?\(?[kb]\b|457\s?\(?b\b", re.I)
_TO = re.compile(
    r"[\s(]*(?:[-–—‐‑−~]{1,2}|->|→|\b(?:to(?: a maximum of)?|up to|through|bis(?: zu)?|à|al?|ao|tot|do|till?)\b)\s*",
    re.I,
)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|pomiędzy|między)\W*$", re.I)
_BRACKETS = re.compile(r"\([^()]{0,60}\)")
_AND = re.compile(r"\s*\b(?:and|und|et|y|e|en|och|a|i)\b\s*", re.I)
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


class _Sum(NamedTuple):
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


def _amounts(window: _Window) -> Iterator[_Amount]:
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
        yield _Amount(start, end, parse_number(match["digits"]), suffix, tuple(marks))


def _joined(window: _Window) -> Iterator[_Sum]:
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
    if len(gap) > 4 and (period := _first_period(gap)):
        gap = gap[period[1] :]
    if _TO.fullmatch(gap):
        return True
    return _AND.fullmatch(gap) is not None and _BETWEEN.search(text, 0, first.start) is not None


def _range(first: _Amount, second: _Amount) -> _Sum:
    high = second.value(second.suffix)
    low = first.value(first.suffix)
    if not first.suffix and second.suffix and first.digits < 1000:
        low = first.value(second.suffix)
    marks = second.marks + first.marks
    if low > high:
        return _Sum(first.start, second.end, None, None, marks, True, second.suffix)
    return _Sum(first.start, second.end, low, high, marks, True, second.suffix)


def _single(text: str, amount: _Amount) -> _Sum:
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
    return _Sum(amount.start, more.end() if more else amount.end, low, high, amount.marks, False, amount.suffix)


def _currency(marks: tuple[str, ...], country: str | None, need_not: bool) -> str | None:
    """The currency of a sum: of the mark that says most, a code or a symbol of one currency before a shared one."""
    codes = [code for mark in marks if len(mark) > 1 and (code := money.currency_code(mark, country))]
    codes += [code for mark in marks if (code := money.currency_code(mark, country))]
    if codes or marks or not need_not:
        return codes[0] if codes else None
    return money.currency_of(country)


# --- evidence ---------------------------------------------------------------------------------------------------------

_LEAST_A_YEAR, _MOST_A_YEAR = Decimal(1_800), Decimal(2_000_000)
"""What a year's full-time pay in a text can be, in euros."""

_YEARLY = Decimal(9_000)
"""From how many euros a sum without a period is a year's."""

_HOURLY = (Decimal(6), Decimal(200))
_HOURLY_CURRENCIES = frozenset({"USD", "CAD", "GBP", "AUD", "NZD"})
_MONTHLY = (Decimal(400), Decimal(9_000))
_MONTHLY_CURRENCIES = frozenset("EUR PLN SEK NOK DKK CZK HUF RON RUB UAH KZT BRL BGN".split())  # noqa: SIM905
"""Where pay is advertised by the hour or the month without saying so, and between how many euros it then is."""

_MILLIONS = frozenset("INR JPY KRW VND IDR CLP COP HUF PKR LKR BDT NGN KZT ISK XOF XAF".split())  # noqa: SIM905
"""Currencies in which a salary can be millions."""

_WIDEST = 6
"""How many times the least the most of a range can be."""

_CLAUSE_END = re.compile(r"[.;](?=\s|$)|[•|\n]")
_MARGIN = " -–—*:()"
_BREAK_AFTER = re.compile(r"[.;](?=\s|$)|[,•|\n()&]|\s[-–—+]\s|\s{2}|\b(?:plus|with|and|depending|und|et|y|en)\b", re.I)


@cache
def _near() -> Phrases:
    words = taxonomy.document("salary_words.yml")
    return Phrases({"pay": words["pay"], "other": words["not_base_pay"], "doubtful": words["doubtful"]})


@cache
def _bounds() -> Phrases:
    words = taxonomy.document("salary_words.yml")
    return Phrases({"least": words["least"], "most": words["most"]})


@cache
def _periods() -> Phrases:
    return Phrases(taxonomy.document("salary_words.yml")["periods"])


@cache
def _periods_ahead() -> Phrases:
    return Phrases(taxonomy.document("salary_words.yml")["periods_ahead"])


def _weighed(amount: _Sum, window: _Window, country: str | None, on: date | None) -> Pay | None:
    """A sum with its period and the evidence that it is base pay; None where it is not, or cannot be."""
    low, high = amount.low, amount.high
    least, most = low or high, high or low
    if not least or not most or most > least * _WIDEST:
        return None
    currency = _currency(amount.marks, country, need_not=not window.marks)
    if currency is None and not (window.marks == () and not amount.marks):
        return None
    if most >= 1_000_000 and currency not in _MILLIONS:
        return None
    support = _support(window, amount)
    if support is None:
        return None
    value = money.convert(most, currency, "EUR", on) if currency else most
    written = _written_period(window.text, amount)
    period = written or (_guessed_period(value, currency, support) if value else None)
    if period is None or (value and not _LEAST_A_YEAR <= value * money.PER_YEAR[period] <= _MOST_A_YEAR):
        return None
    is_yearly = period is Period.YEAR and value is not None and value >= _YEARLY
    evidence = 2 * amount.is_range + support + (written is not None) + is_yearly
    return Pay(low, high, currency, period, evidence, written is None)


def _support(window: _Window, amount: _Sum) -> int | None:
    """What the words around a sum add to the evidence; None where the nearest says that it is something else.

    A word for pay counts two, standing alone between bars, bullets or line ends one, a doubtful word takes one away.
    """
    text = window.text
    ahead = _CLAUSE_END.split(text[max(0, amount.start - 90) : amount.start])[-1]
    behind = _BREAK_AFTER.split(text[amount.end : amount.end + 40].removeprefix("+"), maxsplit=1)[0]
    nearest, meanings = _nearest(ahead), _near().meanings(behind)
    says_so = "pay" in meanings and not any(map(str.isdigit, behind))
    if "other" in meanings or (nearest == "other" and not says_so):
        return None
    if nearest == "pay" or says_so:
        return 2
    if nearest is None:
        context = text[: amount.start] if amount.start > 40 else f"{window.before}\n{text[: amount.start]}"
        if _nearest(context[-_BEFORE:]) == "pay":
            return 2
    alone = not ahead.strip(_MARGIN) and (not behind.strip(_MARGIN) or _first_period(behind) is not None)
    return alone - (nearest == "doubtful" or "doubtful" in meanings)


def _nearest(text: str) -> str | None:
    found = _near().find(fold(text))
    return found[-1].meaning if found else None


def _bound(ahead: str) -> str | None:
    """Whether "from" or "up to" stands right before a sum."""
    folded = fold(ahead).rstrip(" :~(")
    found = _bounds().find(folded)
    return found[-1].meaning if found and found[-1].end == len(folded) else None


def _written_period(text: str, amount: _Sum) -> Period | None:
    """The period right behind a sum, or else before it in its clause."""
    if amount.suffix == "lpa":
        return Period.YEAR
    if period := _first_period(text[amount.end : amount.end + 36]):
        return period[0]
    ahead = _CLAUSE_END.split(text[max(0, amount.start - 60) : amount.start])[-1]
    folded = fold(re.split(r"\d", ahead)[-1])
    found = _periods_ahead().find(folded)
    return Period(found[-1].meaning) if found else None


def _first_period(behind: str) -> tuple[Period, int] | None:
    """The period that a text begins with but for a word or two ("gross per month"), and where it ends."""
    stretch = re.split(r"[\d;|•\n,]|\.\s", behind, maxsplit=1)[0]
    found = _periods().find(fold(stretch))
    return (Period(found[0].meaning), found[0].end) if found and found[0].start <= 20 else None


def _guessed_period(value: Decimal, currency: str | None, support: int) -> Period | None:
    if value >= _YEARLY:
        return Period.YEAR
    if support > 1 and currency in _HOURLY_CURRENCIES and _HOURLY[0] <= value <= _HOURLY[1]:
        return Period.HOUR
    if support > 1 and currency in _MONTHLY_CURRENCIES and _MONTHLY[0] <= value < _MONTHLY[1]:
        return Period.MONTH
    return None
