"""Base pay in text: sums of money, and which of them are what the job pays.

Belongs here: reading prose and providers' lines. Structured fields, the choice between sources and the year's pay in
the base currency are in `salary`.

A sum is taken for base pay on evidence: a range, a word for pay near it, a period behind it, a plausible amount. A
word such as "bonus", "raised" or "ARR" that is nearer than any word for pay excludes it. A wrong salary is worse than
none, so what does not reach the threshold is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import cache

from job_etl.model import Period
from job_etl.normalize import money, taxonomy


class Need(IntEnum):
    """How much evidence a text has to give: a provider's line about pay almost none, a title some, prose most."""

    LINE = 0
    TITLE = 2
    PROSE = 3


@dataclass(frozen=True, slots=True)
class Pay:
    """One sum or range as written. `evidence` is how sure it is base pay; `inferred` that no period is written."""

    minimum: Decimal | None
    maximum: Decimal | None
    currency: str | None
    period: Period | None
    evidence: int = 0
    inferred: bool = False


# --- vocabulary -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    marks: re.Pattern[str]
    quick: tuple[str, ...]
    amount: re.Pattern[str]
    pay: re.Pattern[str]
    other: re.Pattern[str]
    period_after: re.Pattern[str]
    period_before: re.Pattern[str]
    periods: dict[str, Period]
    least: re.Pattern[str]
    most: re.Pattern[str]


_NUMBER = (
    r"(?:\d{1,3}(?:[.,'’   ]\d{3})+(?:[.,]\d{1,2})?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)"
    r"(?![.,'’]?\d)(?:[.,][-–—](?!\s?\d))?"
)
_MULTIPLIERS = {
    "k": 3, "тыс": 3, "тыс.": 3, "tys": 3, "tys.": 3, "tsd": 3, "tsd.": 3, "mil": 3, "thousand": 3, "万": 4, "lakh": 5, "lakhs": 5,
    "lac": 5, "lacs": 5, "lpa": 5, "l": 5, "m": 6, "mm": 6, "mn": 6, "mln": 6, "mio": 6, "mio.": 6, "million": 6, "millions": 6,
    "juta": 6, "triệu": 6, "cr": 7, "crore": 7, "crores": 7, "b": 9, "bn": 9, "billion": 9, "md": 9, "mrd": 9, "trillion": 12,
}  # fmt: skip
"""Powers of ten of the words behind a number."""

_SMALL_UNITS = frozenset(
    "INR JPY KRW VND IDR CLP COP HUF PKR LKR BDT NGN KZT ISK XOF XAF".split()  # noqa: SIM905
)
"""Currencies in which a salary can be millions."""

_LOWER_CODES = frozenset("usd eur gbp cad aud nzd sgd chf pln sek nok dkk czk inr brl mxn".split())  # noqa: SIM905
"""Codes that are also written in small letters; of the others many are words so ("try", "pen")."""

_CLAUSE_END = re.compile(r"[.;•|\n](?:\s|$)|[•|\n]")
_AFTER_END = re.compile(r"[.;,•|\n()&]|\s[-–—]\s|\bplus\b|\bwith\b|\band\b|\bdepending\b|\bund\b|\bet\b|\+\s")
_RANGE = re.compile(
    r"[\s(]*(?:[-–—‐‑−~]{1,2}|\bto\b|\bbis(?: zu)?\b|\bà\b|\ba\b|\bal?\b|\bao\b|\btot\b|\bdo\b|\btil\b|\btill\b|\bto a maximum of\b|\bup to\b|\bthrough\b|->|→)\s*",
    re.I,
)
_RANGE_TO_NOWHERE = re.compile(r"\s*[-–—]\s*[^\w\s]?\d")
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|pomiędzy|między)\s*$", re.I)
_AND = re.compile(r"\s*\b(?:and|und|et|y|e|en|och|a|i)\b\s*|\s*[-–—]\s*", re.I)
_RETIREMENT = re.compile(r"40[13]\s?\(?[kb]\b|457\s?\(?b\b", re.I)
_RELATED = re.compile(r"(?:USD|EUR|gross|brut\w*|lordi|net\w*|in|of|the|on)\s*", re.I)


def _words(words: Iterable[str]) -> str:
    def bounded(word: str) -> str:
        start = r"(?<!\w)" if word[0].isalnum() else ""
        end = r"(?!\w)" if word[-1].isalnum() else ""
        return start + re.escape(word).replace("'", "['’]") + end

    return "|".join(bounded(word) for word in sorted({w.casefold() for w in words}, key=lambda w: (-len(w), w)))


@cache
def _vocabulary() -> _Vocabulary:
    words = taxonomy.document("salary_words.yml")
    periods = {phrase.casefold(): Period(name) for name, phrases in words["periods"].items() for phrase in phrases}
    marks = _mark_pattern()
    suffix = "|".join(map(re.escape, sorted(_MULTIPLIERS, key=lambda s: -len(s))))
    period = _words(periods)
    return _Vocabulary(
        marks=re.compile(marks),
        quick=_quick_marks(),
        amount=re.compile(
            rf"(?<![\w.,#])(?P<before>(?:(?:{marks})\s?){{0,2}})(?<![\d.,])(?P<number>{_NUMBER})"
            rf"(?:\s?(?P<suffix>(?i:{suffix}))(?!\w))?(?P<after>(?:\s?(?:{marks}))?)"
        ),
        pay=re.compile(_words(words["pay"]), re.I),
        other=re.compile(_words(words["not_base_pay"]), re.I),
        period_after=re.compile(rf"[^\d.;|•\n,]{{0,20}}?(?P<period>{period})", re.I),
        period_before=re.compile(rf"(?P<period>{period})[^\d.;|•\n]{{0,40}}$", re.I),
        periods=periods,
        least=re.compile(rf"(?:{_words(words['least'])})\W{{0,3}}$", re.I),
        most=re.compile(rf"(?:{_words(words['most'])})(?:\s+a)?\W{{0,3}}$", re.I),
    )


def _mark_pattern() -> str:
    """A pattern of every currency's spellings: symbols anywhere, codes and words not inside a word."""
    words, codes, symbols = [], [], []
    for mark in money.marks():
        if len(mark) == 3 and mark.isascii() and mark.isalpha() and money.currency_code(mark) == mark.upper():
            codes += [mark.upper(), mark] if mark in _LOWER_CODES else [mark.upper()]
        elif mark[0].isalpha() or mark[-1].isalpha():
            words.append(mark)
        else:
            symbols.append(mark)
    wordy = "|".join([f"(?i:{'|'.join(map(re.escape, words))})", *codes])
    return rf"(?<![^\W\d_])(?:{wordy})(?![^\W\d_])|{'|'.join(map(re.escape, symbols))}"


def _quick_marks() -> tuple[str, ...]:
    """What a text with a currency in it is sure to contain: symbols, codes and words, but no short word such as "kr"."""
    sure: set[str] = set()
    for mark in money.marks():
        if len(mark) == 3 and mark.isascii() and mark.isalpha():
            sure |= {mark.upper(), mark} if mark in _LOWER_CODES else {mark.upper()}
        elif not mark.isascii() or not mark.isalpha() or len(mark) > 3:
            sure |= {mark, mark.upper(), mark.title()}
    kept: list[str] = []
    for form in sorted(sure, key=lambda form: (len(form), form)):
        if not any(short in form for short in kept):
            kept.append(form)
    return tuple(kept)


# --- reading ----------------------------------------------------------------------------------------------------------


def find(text: str, need: Need, country: str | None, on: date | None) -> list[Pay]:
    """Base pay in a text, in order, each sum once; empty where nothing reaches the need for evidence.

    `country` (ISO 3166-1 alpha-2) tells whose dollar or crown is meant; `on` is the day whose rates tell what is likely.
    """
    vocabulary = _vocabulary()
    if need is not Need.LINE and not any(mark in text for mark in vocabulary.quick):
        local = money.shared_marks(money.currency_of(country))
        if not any(mark in text for mark in local):
            return []
    found: dict[tuple[object, ...], Pay] = {}
    before = ""
    for line in text.split("\n"):
        if need is Need.LINE or (any(map(str.isdigit, line)) and vocabulary.marks.search(line)):
            for pay in _in_line(line, before, need, country, on):
                same = (pay.minimum, pay.maximum, pay.currency, pay.period)
                if same not in found or found[same].evidence < pay.evidence:
                    found[same] = pay
        if line:
            before = line
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Sum:
    """One amount of a line, or two joined to a range; `text` positions are of the whole."""

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    mark: str
    is_range: bool
    yearly: bool = False
    """Whether the multiplier says so: LPA is lakhs per annum."""


def _in_line(line: str, before: str, need: Need, country: str | None, on: date | None) -> Iterator[Pay]:
    for amount in _sums(line):
        currency = money.currency_code(amount.mark, country) if amount.mark else None
        if not amount.mark and need is Need.LINE:
            currency = money.currency_of(country)
        if not amount.mark and need is not Need.LINE:
            continue
        pay = _weighed(amount, line, before, currency, on)
        if pay is not None and pay.evidence >= need:
            yield pay


def _sums(line: str) -> Iterator[_Sum]:
    """The amounts of a line, ranges joined: "$100-140K USD", "35 à 45k€"."""
    vocabulary = _vocabulary()
    amounts = [m for m in vocabulary.amount.finditer(line) if not _RETIREMENT.match(line, m.start("number"))]
    skip = False
    for first, second in zip(amounts, [*amounts[1:], None], strict=True):
        if skip:
            skip = False
            continue
        if second is not None and _joins(line, first, second):
            skip = True
            yield _range(first, second)
        else:
            value = _value(first, first["suffix"])
            plus = line[first.end() : first.end() + 1] == "+"
            yield _single(line, first, value, plus)


def _joins(line: str, first: re.Match[str], second: re.Match[str]) -> bool:
    gap = line[first.end() : second.start()]
    if len(gap) > 40:
        return False
    gap = re.sub(rf"^\s?{_vocabulary().period_after.pattern}", "", gap, flags=re.I) if gap.strip() else ""
    if _RANGE.fullmatch(gap):
        return True
    return _AND.fullmatch(gap) is not None and _BETWEEN.search(line, 0, first.start()) is not None


def _range(first: re.Match[str], second: re.Match[str]) -> _Sum:
    high = _value(second, second["suffix"])
    low = _value(first, first["suffix"] or "")
    if not first["suffix"] and second["suffix"] and low < 1000:
        low = _value(first, second["suffix"])
    mark = _explicit(second["after"], second["before"], first["after"], first["before"])
    yearly = (second["suffix"] or "").casefold() == "lpa"
    if low > high:
        return _Sum(first.start(), second.end(), None, None, mark, True)
    return _Sum(first.start(), second.end(), low, high, mark, True, yearly)


def _single(line: str, match: re.Match[str], value: Decimal, plus: bool) -> _Sum:
    vocabulary = _vocabulary()
    before = line[max(0, match.start() - 24) : match.start()]
    low: Decimal | None = value
    high: Decimal | None = value
    if plus or vocabulary.least.search(before):
        high = None
    elif vocabulary.most.search(before):
        low = None
    mark = _explicit(match["after"], match["before"])
    if _RANGE_TO_NOWHERE.match(line, match.end()):
        low = high = None
    return _Sum(match.start(), match.end() + plus, low, high, mark, False, (match["suffix"] or "").casefold() == "lpa")


def _explicit(*marks: str) -> str:
    """The mark that says most: a code or a symbol of one currency before one that several share."""
    known = [part for mark in marks for part in _vocabulary().marks.findall(mark)]
    return next((mark for mark in known if len(mark) > 1 and money.currency_code(mark)), known[0] if known else "")


def _value(match: re.Match[str], suffix: str | None) -> Decimal:
    return parse_number(match["number"]) * 10 ** _MULTIPLIERS.get((suffix or "").casefold(), 0)


def parse_number(text: str) -> Decimal:
    """A number with thousands and decimals as any of the languages writes them: 45.000, 45,000.50, 1’200, 12,00,000."""
    digits = re.sub(r"[^\d.,]", "", text).strip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        decimals = len(digits) - last - 1
        mixed = "." in digits and "," in digits
        if (mixed and decimals != 3) or (decimals != 3 and digits.count(digits[last]) == 1):
            return Decimal(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])
        digits = re.sub(r"[.,]", "", digits)
    return Decimal(digits)


# --- evidence ---------------------------------------------------------------------------------------------------------

_LEAST_A_YEAR, _MOST_A_YEAR = Decimal(1_800), Decimal(2_000_000)
"""What a year's full-time pay in a text can be, in euros."""

_YEARLY = Decimal(9_000)
"""From how many euros a sum without a period is a year's."""

_HOURLY = (Decimal(6), Decimal(200))
"""Between how many euros a sum without a period is an hour's, where hourly pay is usual."""

_MONTHLY = (Decimal(400), Decimal(9_000))
_MONTHLY_CURRENCIES = frozenset(
    {"EUR", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "RON", "RUB", "UAH", "KZT", "BRL", "BGN"}
)
_HOURLY_CURRENCIES = frozenset({"USD", "CAD", "GBP", "AUD", "NZD"})
"""Currencies of countries where pay is advertised by the month, and by the hour, without saying so."""

_WIDEST = 6
"""How many times the least the most of a range can be."""


def _weighed(amount: _Sum, line: str, before: str, currency: str | None, on: date | None) -> Pay | None:
    """A sum with its period and the evidence that it is base pay; None where it is not, or cannot be."""
    vocabulary = _vocabulary()
    if amount.low is None and amount.high is None:
        return None
    ahead = _CLAUSE_END.split(line[max(0, amount.start - 90) : amount.start])[-1]
    behind = _AFTER_END.split(line[amount.end : amount.end + 40].lstrip("+ "), maxsplit=1)[0]
    pay_at, other_at = _last(vocabulary.pay, ahead), _last(vocabulary.other, ahead)
    if other_at > pay_at or vocabulary.other.search(behind):
        return None
    period, written = _period(line, amount)
    cue = pay_at >= 0 or vocabulary.pay.search(behind) is not None
    if not cue:
        wider = (before if amount.start < 40 else "")[-160:] + "\n" + line[: amount.start][-160:]
        cue = _last(vocabulary.pay, wider) > _last(vocabulary.other, wider)
    least = amount.low or amount.high
    most = amount.high or amount.low
    assert least is not None
    assert most is not None
    if most > least * _WIDEST or least <= 0:
        return None
    value = money.convert(most, currency, "EUR", on) if currency else most
    value = most if value is None else value
    if period is None:
        period = _guessed(value, currency, cue)
    if period is None:
        return None
    year = value * money.PER_YEAR[period]
    if not _LEAST_A_YEAR <= year <= _MOST_A_YEAR:
        return None
    if most >= 1_000_000 and currency not in _SMALL_UNITS:
        return None
    evidence = 2 * amount.is_range + 2 * cue + written + (period is Period.YEAR and value >= _YEARLY)
    return Pay(amount.low, amount.high, currency, period, evidence, not written)


def _last(pattern: re.Pattern[str], text: str) -> int:
    position = -1
    for match in pattern.finditer(text):
        position = match.start()
    return position


def _period(line: str, amount: _Sum) -> tuple[Period | None, bool]:
    """The period that is written right behind a sum, or else before it in its clause."""
    vocabulary = _vocabulary()
    if amount.yearly:
        return Period.YEAR, True
    if match := vocabulary.period_after.match(line, amount.end):
        return vocabulary.periods[match["period"].casefold().replace("’", "'")], True
    ahead = _CLAUSE_END.split(line[max(0, amount.start - 60) : amount.start])[-1]
    if match := vocabulary.period_before.search(ahead):
        return vocabulary.periods[match["period"].casefold().replace("’", "'")], True
    return None, False


def _guessed(value: Decimal, currency: str | None, cue: bool) -> Period | None:
    if value >= _YEARLY:
        return Period.YEAR
    if cue and currency in _HOURLY_CURRENCIES and _HOURLY[0] <= value <= _HOURLY[1]:
        return Period.HOUR
    if cue and currency in _MONTHLY_CURRENCIES and _MONTHLY[0] <= value < _MONTHLY[1]:
        return Period.MONTH
    return None
