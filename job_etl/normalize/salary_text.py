"""Base pay in text: sums of money, and which of them are what the job pays.

Belongs here: reading prose and providers' lines. Structured fields, the choice between sources and the year's pay in
the base currency are in `salary`.

A sum is taken for base pay on evidence: a range, a word for pay near it, a period behind it, a plausible amount. A
word such as "bonus", "raised" or "ARR" that is nearer than any word for pay excludes it. A wrong salary is worse than
none, so what does not reach the threshold is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import cache

from job_etl.model import Period
from job_etl.normalize import money, taxonomy
from job_etl.normalize.amounts import BEFORE, Sum, Window, period_behind, sums, windows
from job_etl.normalize.phrases import Phrases, fold


class Need(IntEnum):
    """How much evidence a text has to give: a provider's line about pay almost none, a title some, prose most."""

    LINE = 0
    TITLE = 1
    PROSE = 3


@dataclass(frozen=True, slots=True)
class Pay:
    """One sum or range as written.

    `evidence` is how sure it is base pay, `told` that a word for pay or a period is written with it, and `inferred`
    that no period is.
    """

    minimum: Decimal | None
    maximum: Decimal | None
    currency: str | None
    period: Period | None
    evidence: int = 0
    told: bool = True
    inferred: bool = False


def find(text: str, need: Need, country: str | None, on: date | None) -> list[Pay]:
    """Base pay in a text, in order, each sum once; empty where nothing reaches the need for evidence.

    `country` (ISO 3166-1 alpha-2) tells whose dollar or crown is meant, the rates of the day `on` what is plausible.
    """
    found: dict[tuple[object, ...], Pay] = {}
    for window in windows(text, country, whole=need is Need.LINE):
        for amount in sums(window):
            pay = _weighed(amount, window, country, on)
            if pay is not None and pay.evidence >= need:
                same = (pay.minimum, pay.maximum, pay.currency, pay.period)
                if same not in found or found[same].evidence < pay.evidence:
                    found[same] = pay
    return list(found.values())


def _currency(marks: tuple[str, ...], country: str | None, *, needed: bool) -> str | None:
    """The currency of a sum: of the mark that says most, "USD" before "$"; the country's where no mark is needed."""
    if not marks:
        return None if needed else money.currency_of(country)
    telling = sorted(marks, key=lambda mark: len(mark) == 1)
    return next((code for mark in telling if (code := money.currency_code(mark, country))), None)


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

_AN_HOUR = re.compile(
    r"\s?(?:/\s?(?:hr?|hour|std|stunde|uur|heure|h|hora|ora|timme|tim|godz)\b"
    r"|(?:an|per|a|pro|die|je|la|por|all['’]|i|om) ?(?:hour|hr|stunde|uur|heure|hora|ora|timmen?)\b"
    r"|(?:de )?l['’]heure\b)",
    re.I,
)
_ON_TOP = re.compile(r"(?:\+|\bplus(?: an?)?(?: up to)?)\s*$", re.I)
_CLAUSE_END = re.compile(r"[.;](?=\s|$)|[•|\n]")
_MARGIN = " -–—*:()"
_PLUS = re.compile(r"\s*\+\s*")
_BREAK_AFTER = re.compile(r"[.;](?=\s|$)|[,•|\n()&]|\s[-–—+]\s|\s{2}|\b(?:plus|with|and|depending|und|et|y|en)\b", re.I)


@cache
def _near() -> Phrases:
    words = taxonomy.document("salary_words.yml")
    return Phrases({"pay": words["pay"], "other": words["not_base_pay"], "doubtful": words["doubtful"]})


@cache
def _extras() -> frozenset[str]:
    """What is paid beside base pay and often told right behind it: "£60,000 - £80,000 bonus"."""
    return frozenset(map(fold, taxonomy.document("salary_words.yml")["extras"]))


@cache
def _no_hourly_pay() -> Phrases:
    return Phrases({"other": taxonomy.document("salary_words.yml")["no_hourly_pay"]})


@cache
def _periods_ahead() -> Phrases:
    return Phrases(taxonomy.document("salary_words.yml")["periods_ahead"])


def _weighed(amount: Sum, window: Window, country: str | None, on: date | None) -> Pay | None:
    """A sum with its period and the evidence that it is base pay; None where it is not, or cannot be."""
    low, high = amount.low, amount.high
    least, most = low or high, high or low
    if not least or not most or most > least * _WIDEST:
        return None
    currency = _currency(amount.marks, country, needed=bool(window.marks))
    if currency is None and window.marks:
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
    evidence += support == 1 and _has_extras(window.text[amount.end : amount.end + 30])
    evidence += _SAID_BY_ITSELF * (support >= 0 and _is_pay_by_itself(amount, window.text, period, value))
    told = support == 2 or written is not None
    return Pay(low, high, currency, period, evidence, told, written is None)


_SAID_BY_ITSELF = 2


def _is_pay_by_itself(amount: Sum, text: str, period: Period, value: Decimal | None) -> bool:
    """Whether a sum is written as little else than pay is: lakhs per annum, or right before "an hour" or "/hr".

    By the hour other things are paid too, so there a word for one of them in the clause is enough against it.
    """
    if amount.suffix == "lpa":
        return True
    if period is not Period.HOUR or value is None or not _HOURLY[0] <= value <= _HOURLY[1]:
        return False
    behind = text[amount.end :]
    if not _AN_HOUR.match(behind):
        return False
    ahead = _CLAUSE_END.split(text[: amount.start])[-1]
    if _ON_TOP.search(ahead):
        return False
    clause = ahead + _CLAUSE_END.split(behind, maxsplit=1)[0]
    return not _no_hourly_pay().find(fold(clause))


def _support(window: Window, amount: Sum) -> int | None:
    """What the words around a sum add to the evidence; None where the nearest says that it is something else.

    A word for pay counts two, standing alone between bars, bullets or line ends one, a doubtful word takes one away.
    Of words behind the sum the first tells; extras behind a range of pay tell nothing.
    """
    text = window.text
    ahead = _CLAUSE_END.split(text[max(0, amount.start - 90) : amount.start])[-1]
    behind = _BREAK_AFTER.split(text[amount.end : amount.end + 40].removeprefix("+"), maxsplit=1)[0]
    folded = fold(behind)
    nearest, said = _nearest(ahead), _near().find(folded)
    first = said[0].meaning if said else None
    if first == "other" and nearest == "pay" and _is_ample_range(amount) and said[0].phrase in _extras():
        first = None
    says_so = first == "pay" and not any(map(str.isdigit, folded[: said[0].start]))
    if first == "other" or (nearest == "other" and not says_so):
        return None
    if nearest == "pay" or says_so:
        return 2
    if nearest is None:
        context = text[: amount.start] if amount.start > 40 else f"{window.before}\n{text[: amount.start]}"
        if _nearest(context[-BEFORE:]) == "pay":
            return 2
    alone = not ahead.strip(_MARGIN) and (not behind.strip(_MARGIN) or period_behind(behind) is not None)
    return alone - (nearest == "doubtful" or any(word.meaning == "doubtful" for word in said))


def _is_ample_range(amount: Sum) -> bool:
    """Whether a range is too high for what is paid besides."""
    return amount.is_range and amount.low is not None and amount.low >= _YEARLY


def _has_extras(behind: str) -> bool:
    """Whether what is paid besides is added to a sum: "$192k + bonus"."""
    plus = _PLUS.match(behind)
    said = _near().find(fold(behind[plus.end() :])) if plus else []
    return bool(said) and said[0].start == 0 and said[0].phrase in _extras()


def _nearest(text: str) -> str | None:
    found = _near().find(fold(text))
    return found[-1].meaning if found else None


def _written_period(text: str, amount: Sum) -> Period | None:
    """The period right behind a sum, or else before it in its clause."""
    if amount.suffix == "lpa":
        return Period.YEAR
    if period := period_behind(text[amount.end : amount.end + 36]):
        return period[0]
    ahead = _CLAUSE_END.split(text[max(0, amount.start - 60) : amount.start])[-1]
    folded = fold(re.split(r"\d", ahead)[-1])
    found = _periods_ahead().find(folded)
    return Period(found[-1].meaning) if found else None


def _guessed_period(value: Decimal, currency: str | None, support: int) -> Period | None:
    if value >= _YEARLY:
        return Period.YEAR
    if support > 1 and currency in _HOURLY_CURRENCIES and _HOURLY[0] <= value <= _HOURLY[1]:
        return Period.HOUR
    if support > 1 and currency in _MONTHLY_CURRENCIES and _MONTHLY[0] <= value < _MONTHLY[1]:
        return Period.MONTH
    return None
