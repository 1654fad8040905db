"""A posting's base pay, and what it is in a year in the base currency.

Belongs here: the choice between structured fields, a provider's line, the title and the description. Reading text is in
`salary_text`, rates and currencies are in `money`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from job_etl.model import GivenSalary, Origin, Period
from job_etl.normalize import money, salary_text
from job_etl.normalize.salary_text import Need, Pay

_MOST_A_YEAR = Decimal(2_000_000)
"""Above how many euros a year a structured figure is a slip or a placeholder (RemoteOK: 9,000,000)."""

_WIDEST = 20
"""How many times the least the most of structured fields can be."""

_YEARLY, _HOURLY = Decimal(9_000), Decimal(150)
"""From, and up to, how many euros a structured figure without a period is a year's and an hour's."""


@dataclass(frozen=True, slots=True)
class Salary:
    """Base pay as advertised, and a full year's of it in the base currency, rounded to whole units.

    A bound that is not advertised ("up to", "from") is None. The `_norm` values are None where period or currency are
    not known, or the currency has no rate.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None
    period: Period | None = None
    minimum_norm: Decimal | None = None
    maximum_norm: Decimal | None = None
    currency_norm: str | None = None
    origin: Origin | None = None


def read_salary(
    given: Sequence[GivenSalary],
    *,
    title: str | None = None,
    description: str | None = None,
    country: str | None = None,
    posted_at: datetime | None = None,
) -> Salary:
    """Read base pay from the first of these that has any: structured fields, the provider's lines, the title, the text.

    A provider's estimate comes last: what the employer writes it only guesses at.

    `country` (ISO 3166-1 alpha-2) says whose dollar a bare "$" is, and the currency where none is given. Amounts are
    made a year's by `money.PER_YEAR`, and put into the base currency at the rates of `posted_at`'s day or the latest.
    Several ranges are one job's, by level or place, where they have one currency and period and meet one another: the
    whole span is taken. Of ranges that do not, none is.
    """
    on = posted_at.astimezone(UTC).date() if posted_at else None
    estimated = all(salary.predicted for salary in given)
    pay, origin = (None, None) if estimated else _structured(given, country, on)
    if pay is None:
        lines = [line for salary in given if (line := salary.text)]
        pay, origin = _from_text(lines, Need.LINE, "provider's line", country, on)
    if pay is None and title:
        pay, origin = _from_text([title], Need.TITLE, "title", country, on)
    if pay is None and description:
        pay, origin = _from_text([description], Need.PROSE, "description", country, on)
    if pay is None and estimated:
        pay, origin = _structured(given, country, on)
    if pay is None:
        return Salary()
    base = money.base_currency()
    low, high = (_normalized(bound, pay, base, on) for bound in (pay.minimum, pay.maximum))
    return Salary(
        minimum=pay.minimum,
        maximum=pay.maximum,
        currency=pay.currency,
        period=pay.period,
        minimum_norm=low,
        maximum_norm=high,
        currency_norm=base if low is not None or high is not None else None,
        origin=origin,
    )


def _normalized(amount: Decimal | None, pay: Pay, base: str, on: date | None) -> Decimal | None:
    if amount is None or pay.currency is None or pay.period is None:
        return None
    year = money.convert(amount * money.PER_YEAR[pay.period], pay.currency, base, on)
    return None if year is None else year.quantize(Decimal(1))


def _structured(given: Sequence[GivenSalary], country: str | None, on: date | None) -> tuple[Pay | None, Origin | None]:
    pays = [pay for salary in given if (pay := _from_fields(salary, country, on))]
    pay, rule = _one_of(pays, country, meet=False)
    if pay is None:
        return None, None
    predicted = ", predicted" if all(salary.predicted for salary in given) else ""
    inferred = ", period by amount" if pay.inferred else ""
    return pay, Origin("given", f"salary fields{rule}{inferred}{predicted}")


def _from_fields(salary: GivenSalary, country: str | None, on: date | None) -> Pay | None:
    """Pay in structured fields; 0 is none, a figure that no job pays is dropped, and so is a period it contradicts."""
    low, high = (bound if bound and bound > 0 else None for bound in (salary.minimum, salary.maximum))
    if low is not None and high is not None and low > high:
        low, high = high, low
    currency = money.currency_code(salary.currency, country) if salary.currency else money.currency_of(country)
    euros = {bound: _in_euros(bound, currency, on) for bound in (low, high) if bound is not None}
    given = period_of(salary.period)
    period = _plausible_period(given, next(iter(euros.values()), None))
    a_year = money.PER_YEAR[period or Period.YEAR]
    low, high = (bound if bound and (euros[bound] or 0) * a_year <= _MOST_A_YEAR else None for bound in (low, high))
    if low is not None and high is not None and high > _WIDEST * low:
        high = None
    if low is None and high is None:
        return None
    return Pay(low, high, currency, period, inferred=period != given)


def _in_euros(amount: Decimal, currency: str | None, on: date | None) -> Decimal | None:
    """What an amount is worth, taken for euros where its currency is not known; None where that has no rate."""
    return money.convert(amount, currency, "EUR", on) if currency else amount


def _plausible_period(given: Period | None, euros: Decimal | None) -> Period | None:
    """The given period, unless there is none or the amount is a year's and no hour's, day's, week's or month's."""
    if euros is None:
        return given
    if given is not None and euros * money.PER_YEAR[given] <= _MOST_A_YEAR:
        return given
    if _YEARLY <= euros <= _MOST_A_YEAR:
        return Period.YEAR
    return given or (Period.HOUR if euros <= _HOURLY else None)


_PERIOD_WORDS = {
    word: period
    for period, words in {
        Period.YEAR: "year yr y annum annual annually yearly annualized pa",
        Period.MONTH: "month monthly mo pm",
        Period.WEEK: "week weekly wk pw",
        Period.DAY: "day daily pd",
        Period.HOUR: "hour hourly hr ph",
    }.items()
    for word in words.split()
}
"""Providers' words: Lever `per-year-salary`, Ashby `1 YEAR`, schema.org `HOUR`, USAJOBS `PA`, `PH`, `Per Year`."""


def period_of(word: str | None) -> Period | None:
    """The period of a provider's word for it; None where it is none of them."""
    parts = "".join(c if c.isalpha() else " " for c in (word or "").casefold()).split()
    if not {"bi", "semi", "twice"}.isdisjoint(parts):
        return None
    return next((_PERIOD_WORDS[part] for part in parts if part in _PERIOD_WORDS), None)


def _from_text(
    texts: Sequence[str], need: Need, name: str, country: str | None, on: date | None
) -> tuple[Pay | None, Origin | None]:
    pays = [pay for text in texts for pay in salary_text.find(text, need, country, on)]
    pay, rule = _one_of(pays, country, meet=True)
    if pay is None:
        return None, None
    inferred = ", period by amount" if pay.inferred else ""
    return pay, Origin("parsed", f"{name}{rule}{inferred}")


def _one_of(pays: Sequence[Pay], country: str | None, *, meet: bool) -> tuple[Pay | None, str]:
    """One pay of several: of the currency of the place (else the first one's) and the first period, all as one span.

    With `meet`, ranges of one currency and period are not one job's where they leave a gap, or where nothing but their
    form tells that they are pay (a list of roles): then there is none.
    """
    if not pays:
        return None, ""
    local = money.currency_of(country)
    currency = local if any(pay.currency == local for pay in pays) else pays[0].currency
    pays = [pay for pay in pays if pay.currency == currency]
    periods = [pay.period for pay in pays]
    period = Period.YEAR if Period.YEAR in periods else periods[0]
    pays = sorted((pay for pay in pays if pay.period == period), key=lambda pay: (_low(pay), _high(pay)))
    if len(pays) == 1:
        return pays[0], ""
    reach = _high(pays[0])
    for pay in pays:
        if meet and (_low(pay) > reach or not pay.told):
            return None, ""
        reach = max(reach, _high(pay))
    first = pays[0]
    lows, highs = [pay.minimum for pay in pays if pay.minimum], [pay.maximum for pay in pays if pay.maximum]
    span = Pay(min(lows, default=None), max(highs, default=None), first.currency, period, inferred=first.inferred)
    return span, f", span of {len(pays)} ranges"


def _low(pay: Pay) -> Decimal:
    return pay.minimum or Decimal(0)


def _high(pay: Pay) -> Decimal:
    return pay.maximum or Decimal("Infinity")
