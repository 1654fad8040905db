"""The quality report: every field's measures, in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from job_etl.errors import ConfigError
from job_etl.quality.departments import department_measures
from job_etl.quality.duplicates import duplicate_measures
from job_etl.quality.languages import language_measures
from job_etl.quality.measures import Measure
from job_etl.quality.places import place_measures
from job_etl.quality.salaries import salary_measures
from job_etl.quality.seniority import seniority_measures
from job_etl.quality.skills import skill_measures
from job_etl.quality.text_alone import contract_measures, remote_measures
from job_etl.quality.titles import title_measures

FIELDS: dict[str, Callable[[Path], list[Measure]]] = {
    "language": language_measures,
    "occupation": title_measures,
    "seniority": seniority_measures,
    "department": department_measures,
    "places": place_measures,
    "salary": salary_measures,
    "skills": skill_measures,
    "remote": remote_measures,
    "contract": contract_measures,
    "dedup": duplicate_measures,
}


def measure(root: Path, only: Iterable[str] = ()) -> Iterator[Measure]:
    """The measures of the named fields, or of all, on the labelled data below `root`.

    Raises:
        ConfigError: a field is not one of `FIELDS`.
    """
    chosen = list(only) or list(FIELDS)
    if unknown := [name for name in chosen if name not in FIELDS]:
        raise ConfigError(f"--only {unknown[0]}: expected one of {', '.join(FIELDS)}")
    for name in FIELDS:
        if name in chosen:
            yield from FIELDS[name](root)
