from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from job_etl.model import GivenSalary, Origin, Period
from job_etl.normalize import money
from job_etl.normalize.amounts import parse_number
from job_etl.normalize.salary import Salary, period_of, read_salary
from job_etl.quality.salaries import salary_labels

_DAY = datetime(2025, 6, 16, 12, tzinfo=UTC)


def read(need: str, text: str, country: str = "") -> Salary:
    lines = [GivenSalary(text=text)] if need == "line" else []
    return read_salary(
        lines,
        title=text if need == "title" else None,
        description=text if need == "prose" else None,
        country=country or None,
        posted_at=_DAY,
    )


@pytest.mark.parametrize("row", list(salary_labels()), ids=lambda row: f"{row[0]}: {row[2]}")
def test_a_text_means_the_base_pay_that_a_person_reads_in_it(row: list[str]) -> None:
    need, country, text, minimum, maximum, currency, period = row
    found = read(need, text, country)
    expected = (minimum, maximum, currency, period)
    assert found.minimum == (Decimal(minimum) if minimum else None)
    assert found.maximum == (Decimal(maximum) if maximum else None)
    assert (found.currency or "", found.period or "") == expected[2:]


@pytest.mark.parametrize(
    ("salary", "country", "expected"),
    [
        (
            GivenSalary(Decimal(150000), Decimal(180000), "USD", "per-year-salary"),
            None,
            (150000, 180000, "USD", Period.YEAR),
        ),
        (GivenSalary(Decimal(24), Decimal(27), "USD", "1 HOUR"), None, (24, 27, "USD", Period.HOUR)),
        (GivenSalary(Decimal(50), None, "€", "DAY"), None, (50, None, "EUR", Period.DAY)),
        (GivenSalary(Decimal(90000), Decimal(70000), "CAD", "ANNUALLY"), None, (70000, 90000, "CAD", Period.YEAR)),
        (GivenSalary(Decimal(0), Decimal(0), "USD", "year"), None, (None, None, None, None)),
        (GivenSalary(Decimal(40000), Decimal(9000000), "USD", "year"), None, (40000, None, "USD", Period.YEAR)),
        (GivenSalary(Decimal(9000000), None, "USD", "year"), None, (None, None, None, None)),
        (GivenSalary(Decimal(60000), Decimal(80000), "USD", "hour"), None, (60000, 80000, "USD", Period.YEAR)),
        (GivenSalary(Decimal(60000), Decimal(80000)), "CA", (60000, 80000, "CAD", Period.YEAR)),
        (GivenSalary(Decimal(60000), Decimal(80000), "$"), "AU", (60000, 80000, "AUD", Period.YEAR)),
        (GivenSalary(Decimal(30), Decimal(40), "USD"), None, (30, 40, "USD", Period.HOUR)),
        (GivenSalary(Decimal(3000), Decimal(4000), "EUR"), None, (3000, 4000, "EUR", None)),
        (GivenSalary(Decimal(60000000), None, "COP", "year"), None, (60000000, None, "COP", Period.YEAR)),
        (
            GivenSalary(Decimal("0.05"), Decimal("0.06"), "USD", "hour"),
            None,
            (Decimal("0.05"), Decimal("0.06"), "USD", Period.HOUR),
        ),
    ],
)
def test_structured_fields_come_first_and_slips_in_them_are_dropped(
    salary: GivenSalary, country: str | None, expected: tuple[object, ...]
) -> None:
    found = read_salary([salary], description="Salary: $1,000,000 - $1,200,000 per year", country=country)
    if expected[0] is None:
        found = read_salary([salary], country=country)
    assert (found.minimum, found.maximum, found.currency, found.period) == expected


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "period"),
    [
        ("For this role we offer 15–20 LPA.", 1_500_000, 2_000_000, "INR", Period.YEAR),
        ("18 LPA", 1_800_000, 1_800_000, "INR", Period.YEAR),
        ("12-15 lakhs per annum", 1_200_000, 1_500_000, "INR", Period.YEAR),
        ("Rs 8 LPA", 800_000, 800_000, "INR", Period.YEAR),
        ("Entry level: $13/hr, with room to grow", 13, 13, "USD", Period.HOUR),
        ("You get £12.50 per hour and free meals.", Decimal("12.50"), Decimal("12.50"), "GBP", Period.HOUR),
        ("Boston, $17.50 an hour", Decimal("17.50"), Decimal("17.50"), "USD", Period.HOUR),
        ("Du bekommst 15 €/Stunde", 15, 15, "EUR", Period.HOUR),
        ("14 € de l'heure", 14, 14, "EUR", Period.HOUR),
    ],
)
def test_lakhs_a_year_and_a_sum_an_hour_are_pay_without_a_word_for_it(
    text: str, low: Decimal, high: Decimal, currency: str, period: Period
) -> None:
    found = read("prose", text)
    assert (found.minimum, found.maximum, found.currency, found.period) == (low, high, currency, period)


@pytest.mark.parametrize(
    "text",
    [
        "10-20 lakh users trust our app.",
        "We bill our clients $200/hr.",
        "The platform saves $50 per hour of downtime.",
        "A GPU at $8.50/hr is not cheap.",
        "There is a night shift differential of $7/hr.",
        "You work Sundays, plus $8/hr.",
        "Parking costs $10 per hour.",
        "A stipend of $20 an hour for the gym.",
        "Agents cost $0.05 per hour to run.",
    ],
)
def test_a_sum_an_hour_for_something_else_is_no_pay(text: str) -> None:
    assert read("prose", text) == Salary()


def test_several_tiers_are_one_span_in_the_currency_of_the_place() -> None:
    tiers = [
        GivenSalary(Decimal(100000), Decimal(120000), "USD", "1 YEAR"),
        GivenSalary(Decimal(130000), Decimal(150000), "USD", "1 YEAR"),
        GivenSalary(Decimal(80000), Decimal(90000), "EUR", "1 YEAR"),
    ]
    anywhere, in_germany = read_salary(tiers), read_salary(tiers, country="DE")
    assert (anywhere.minimum, anywhere.maximum, anywhere.currency) == (100000, 150000, "USD")
    assert (in_germany.minimum, in_germany.maximum, in_germany.currency) == (80000, 90000, "EUR")
    assert anywhere.origin == Origin("given", "salary fields, span of 2 ranges")


def test_the_year_in_the_base_currency_is_at_the_rate_of_the_day_of_posting() -> None:
    found = read("prose", "Salary: $50 - $60 per hour")
    rate = money.convert(Decimal(1), "USD", "CAD", _DAY.date())
    assert rate is not None
    assert found.minimum_norm == (50 * 2080 * rate).quantize(Decimal(1))
    assert found.maximum_norm == (60 * 2080 * rate).quantize(Decimal(1))
    assert found.currency_norm == "CAD"


def test_the_origin_says_where_pay_was_read_and_what_was_guessed() -> None:
    assert read("line", "$80k").origin == Origin("parsed", "provider's line, period by amount")
    assert read("prose", "Salary: $80,000 a year").origin == Origin("parsed", "description")
    predicted = read_salary([GivenSalary(Decimal(80000), None, "USD", "year", predicted=True)])
    assert predicted.origin == Origin("given", "salary fields, predicted")
    assert read_salary([]).origin is None


def test_what_the_employer_writes_counts_before_a_providers_estimate() -> None:
    estimate = GivenSalary(Decimal(45_000), Decimal(77_500), "USD", "year", predicted=True)
    text = "The base compensation for this role is $225,000 - $250,000 a year."
    found = read_salary([estimate], description=text)
    assert (found.minimum, found.maximum, found.origin) == (225_000, 250_000, Origin("parsed", "description"))
    assert read_salary([estimate], description="We pay well.").maximum == 77_500
    given = GivenSalary(Decimal(200_000), None, "USD", "year")
    assert read_salary([estimate, given], description=text).minimum != 225_000


@pytest.mark.parametrize(
    ("word", "period"),
    [
        ("per-year-salary", Period.YEAR),
        ("1 YEAR", Period.YEAR),
        ("ANNUALLY", Period.YEAR),
        ("PA", Period.YEAR),
        ("per_month", Period.MONTH),
        ("HOUR", Period.HOUR),
        ("Per Hour", Period.HOUR),
        ("hourly", Period.HOUR),
        ("DAY", Period.DAY),
        ("bi-week-salary", None),
        ("NONE", None),
        ("", None),
        (None, None),
    ],
)
def test_providers_words_for_periods_are_known(word: str | None, period: Period | None) -> None:
    assert period_of(word) is period


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("45.000", "45000"),
        ("45,000.50", "45000.50"),
        ("45.000,50", "45000.50"),
        ("1’200", "1200"),
        ("12,00,000", "1200000"),
        ("1 250 000", "1250000"),
        ("82.5", "82.5"),
        ("14,50", "14.50"),
        ("1.234.567", "1234567"),
        ("9", "9"),
    ],
)
def test_numbers_are_read_in_every_languages_way(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


_money = st.sampled_from(
    [
        "$",
        "€",
        "£",
        "USD",
        "kr",
        "120",
        "120,000",
        "45.000",
        "k",
        "K",
        " - ",
        " to ",
        "per year",
        "/hr",
        "salary",
        "bonus",
        " ",
        "\n",
        "LPA",
        "+",
        ".",
    ]
)
_texts = st.one_of(st.text(max_size=120), st.lists(_money, max_size=14).map("".join))


@settings(deadline=None, max_examples=400)
@given(_texts, st.sampled_from(["", "US", "SE", "IN", "DE"]))
def test_any_text_is_read_without_an_error_and_bounds_are_in_order(text: str, country: str) -> None:
    for need in ("line", "title", "prose"):
        found = read(need, text, country)
        assert found == read(need, text, country)
        if found.minimum is not None and found.maximum is not None:
            assert 0 < found.minimum <= found.maximum
        assert (found.origin is None) == (found.minimum is None and found.maximum is None)


@settings(deadline=None)
@given(
    st.integers(20_000, 300_000),
    st.integers(0, 50_000),
    st.sampled_from(["USD", "EUR", "GBP", "CAD"]),
    st.sampled_from(["{c} {a:,} - {b:,} per year", "{a:,} to {b:,} {c} annually", "{c}{a} – {c}{b} a year"]),
)
def test_a_written_range_is_read_back(low: int, width: int, currency: str, form: str) -> None:
    found = read("line", form.format(a=low, b=low + width, c=currency))
    assert (found.minimum, found.maximum, found.currency, found.period) == (low, low + width, currency, Period.YEAR)


def test_a_description_without_money_costs_little() -> None:
    text = "We build things that people need, with care for each other and for what we leave behind. " * 55
    taken = []
    for prose in (text, text.replace("things", "things for $90,000 to $95,000 a year")):
        read("prose", prose)
        started = time.process_time()
        for _ in range(200):
            read("prose", prose)
        taken.append(time.process_time() - started)
    assert taken[0] < taken[1] / 4


@pytest.mark.realdata
def test_the_summary_line_of_a_board_agrees_with_its_own_figures() -> None:
    root = Path(os.environ.get("JOB_ETL_REALDATA", "../shared/data")) / "api/ashby"
    if not root.is_dir():
        pytest.skip(f"no real boards at {root}")
    pairs = wrong = 0
    for path in root.rglob("*.json"):
        for job in json.loads(path.read_text(encoding="utf-8")).get("jobs") or []:
            pay = job.get("compensation") or {}
            tiers = [part for tier in pay.get("compensationTiers") or [] for part in tier["components"]]
            base = [part for part in tiers if part["compensationType"] == "Salary" and part.get("minValue")]
            if not (line := pay.get("compensationTierSummary")) or not base:
                continue
            found = read("line", line)
            pairs += 1
            wrong += (found.minimum, found.maximum, found.currency) != (
                min(part["minValue"] for part in base),
                max(part["maxValue"] for part in base),
                base[0]["currencyCode"],
            )
    assert pairs > 100
    assert wrong <= 0.01 * pairs
