"""Salaries read from text, measured on texts labelled by hand, Glassdoor's lines and Ashby's summaries.

Ashby says the same pay twice, as a line and in components: the components are the labels. Compared with the first one
or two numbers after a sign of money.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from job_etl.model import GivenSalary
from job_etl.normalize.salary import read_salary
from job_etl.quality.measures import OWN_LABELS, Measure, share

Pay = tuple[Decimal, Decimal] | None
Row = tuple[str, str, str, Pay]
"""How much the text is known to be about pay (line, title, prose), the country, the text, and what it means."""

_DAY = datetime(2025, 6, 16, 12, tzinfo=UTC)
_MONEY = re.compile(r"[$€£]\s?(\d[\d,.]*)\s?([kK]?)(?:\s?[-–—]\s?[$€£]?\s?(\d[\d,.]*)\s?([kK]?))?")


def salary_labels() -> Iterator[list[str]]:
    """Need, country, text, minimum, maximum, currency and period of each text labelled by hand."""
    for line in (OWN_LABELS / "salaries.tsv").read_text(encoding="utf-8").splitlines():
        cells = [*line.split("\t"), *[""] * 6][:7]
        if cells[0] in {"line", "title", "prose"}:
            yield [cell.replace("\\n", "\n") for cell in cells]


def salary_measures(root: Path) -> list[Measure]:
    """Precision and recall of exact pay, lower and upper end, on own texts and on what is found below `root`."""
    sets = {
        "own texts": [(row[0], row[1], row[2], _pay(row[3], row[4])) for row in salary_labels()],
        "Glassdoor estimates": list(_glassdoor(root)),
        "Ashby summaries": list(_ashby(root)),
    }
    return [
        measure
        for data, rows in sets.items()
        for system, read in (("job-etl", _ours), ("first numbers after a sign", _first_numbers))
        for measure in _rows(data, system, rows, read)
    ]


def _rows(data: str, system: str, rows: list[Row], read: Callable[[str, str, str], Pay]) -> list[Measure]:
    pairs = [(pay, read(need, country, text)) for need, country, text, pay in rows]
    return [
        share("salary", data, system, "precision", (pay == found for pay, found in pairs if found)),
        share("salary", data, system, "recall", (pay == found for pay, found in pairs if pay)),
    ]


def _ours(need: str, country: str, text: str) -> Pay:
    salary = read_salary(
        [GivenSalary(text=text)] if need == "line" else [],
        title=text if need == "title" else None,
        description=text if need == "prose" else None,
        country=country or None,
        posted_at=_DAY,
    )
    return _ends(salary.minimum, salary.maximum)


def _first_numbers(need: str, country: str, text: str) -> Pay:
    if not (found := _MONEY.search(text)):
        return None
    numbers = [
        Decimal(number.replace(",", "").rstrip(".") or 0) * (1000 if kilo else 1)
        for number, kilo in (found.group(1, 2), found.group(3, 4))
        if number and number.replace(",", "").rstrip(".").count(".") < 2
    ]
    return (numbers[0], numbers[-1]) if numbers else None


def _pay(minimum: str, maximum: str) -> Pay:
    return _ends(Decimal(minimum) if minimum else None, Decimal(maximum) if maximum else None)


def _ends(minimum: Decimal | None, maximum: Decimal | None) -> Pay:
    """Both ends, a missing one as 0; None where both are missing."""
    return None if minimum is None and maximum is None else (minimum or Decimal(), maximum or Decimal())


def _glassdoor(root: Path) -> Iterator[Row]:
    for path in sorted(root.glob("**/glassdoor_salary*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                unit = 1 if row["hourly"] == "1" else 1000
                ends = (Decimal(row["min_salary"]) * unit, Decimal(row["max_salary"]) * unit)
                yield "line", "US", row["Salary Estimate"], ends


def _ashby(root: Path) -> Iterator[Row]:
    """Summaries of one component; one of several tiers is no single range."""
    seen = set()
    for path in sorted(root.glob("**/ashby/companies/*.json")):
        for job in json.loads(path.read_bytes())["jobs"]:
            compensation: dict[str, Any] = job.get("compensation") or {}
            paid = [c for c in compensation.get("summaryComponents", ()) if c["compensationType"] == "Salary"]
            text = compensation.get("compensationTierSummary")
            if text and text not in seen and len(paid) == 1 and len(compensation["compensationTiers"]) == 1:
                seen.add(text)
                ends = [paid[0][end] for end in ("minValue", "maxValue")]
                if None not in ends:
                    yield "line", "", text, (Decimal(str(ends[0])), Decimal(str(ends[1])))
