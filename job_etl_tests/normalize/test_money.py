from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from job_etl.errors import ConfigError
from job_etl.normalize import money


@pytest.fixture
def forget() -> Iterator[None]:
    """Rates and settings are read anew by the test, and by the tests after it."""
    cached = (money._rates, money._per_euro, money.base_currency)
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


def rates_file(folder: Path, text: str) -> str:
    path = folder / "rates.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return str(path)


@pytest.mark.parametrize(
    ("mark", "country", "code"),
    [
        ("USD", None, "USD"),
        ("usd", None, "USD"),
        ("$", None, "USD"),
        ("$", "CA", "CAD"),
        ("$", "AU", "AUD"),
        ("$", "DE", "USD"),
        ("C$", None, "CAD"),
        ("€", "US", "EUR"),
        ("£", None, "GBP"),
        ("kr", "SE", "SEK"),
        ("kr", "NO", "NOK"),
        ("kr", None, None),
        ("Rs", "PK", "PKR"),
        ("zł", None, "PLN"),
        ("RUR", None, "RUB"),
        ("ETB", None, "ETB"),
        ("gold", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_mark_means_the_currency_of_its_place(mark: str | None, country: str | None, code: str | None) -> None:
    assert money.currency_code(mark, country) == code


def test_rates_are_those_of_the_day_or_of_the_nearest_earlier_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: None
) -> None:
    days = ("2025-01-10,1.25,1.5,N/A,", "2025-01-09,1.2,N/A,N/A,", "2025-01-08,1.1,1.4,N/A,", "2022-03-01,1,1,90,")
    table = "\n".join(("Date,USD,CAD,RUB,", *days, ""))
    monkeypatch.setenv(money.RATES_FILE, rates_file(tmp_path, table))
    one = Decimal(1)
    assert money.convert(one, "USD", "USD", None) == one
    assert money.convert(one, "EUR", "USD", date(2025, 1, 9)) == Decimal("1.2")
    assert money.convert(one, "EUR", "CAD", date(2025, 1, 9)) == Decimal("1.4")
    assert money.convert(one, "EUR", "USD", date(2025, 1, 12)) == Decimal("1.25")
    assert money.convert(one, "EUR", "USD", None) == Decimal("1.25")
    assert money.convert(one, "EUR", "USD", date(1990, 1, 1)) == one
    assert money.convert(Decimal(3), "USD", "CAD", date(2025, 1, 10)) == Decimal("3.6")
    assert money.convert(one, "EUR", "RUB", date(2025, 1, 10)) is None
    assert money.convert(one, "EUR", "AED", date(2025, 1, 10)) == Decimal("1.25") * Decimal("3.6725")
    assert money.convert(one, "EUR", "XYZ", None) is None


def test_the_bundled_rates_have_every_currency_of_the_demand() -> None:
    on = date(2025, 6, 16)
    for code in ("USD", "CAD", "GBP", "AUD", "CHF", "SEK", "PLN", "INR", "JPY", "BRL", "BGN", "HRK", "AED"):
        value = money.convert(Decimal(1), "EUR", code, on)
        assert value is not None, code
        assert value > 0


def test_a_rates_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: None
) -> None:
    broken = tmp_path / "rates.zip"
    broken.write_text("<html>not found</html>")
    monkeypatch.setenv(money.RATES_FILE, str(broken))
    with pytest.raises(ConfigError, match=r"exchange rates in .*rates\.zip"):
        money.convert(Decimal(1), "USD", "CAD", None)


def test_the_base_currency_is_configured_and_checked(monkeypatch: pytest.MonkeyPatch, forget: None) -> None:
    assert money.base_currency() == "CAD"
    money.base_currency.cache_clear()
    monkeypatch.setenv(money.BASE_CURRENCY, "eur")
    assert money.base_currency() == "EUR"
    money.base_currency.cache_clear()
    monkeypatch.setenv(money.BASE_CURRENCY, "XYZ")
    with pytest.raises(ConfigError, match="JOB_ETL_BASE_CURRENCY=XYZ"):
        money.base_currency()
