"""The ranked list: making a ranking count, and reading the jobs with their scores and reasons.

Belongs here: what a person reads of a score. How it comes about is in `dbt_project/macros/scoring`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from job_etl.errors import PermanentError
from job_etl.warehouse.connect import load_sql

# The dictionaries are imported where a ranking is applied: whoever only reads the list does not wait for them.
if TYPE_CHECKING:
    from job_etl.config.ranking import Ranking, SalaryTarget

REASONS = 3
"""How many reasons stand beside a job in a list."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a job's score: `contribution` is 100 × `weight` × `score`; an unknown one scores 0.5."""

    name: str
    score: float
    weight: float
    contribution: float
    known: bool
    evidence: dict[str, Any]

    def __str__(self) -> str:
        return _PHRASES[self.name](self.evidence) if self.known else f"{_label(self.name)} unknown or not wished for"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A job with its score, 0 to 100. `rank` counts from 1 and is None where the job was read by itself.

    Pay is a year's in `salary_currency`. `excluded_by` and `closed_at` say why a job is not listed.
    """

    rank: int | None
    score: Decimal
    title: str | None
    company: str | None
    company_size: str | None
    location: str | None
    remote_type: str
    contract_type: str
    seniority: str
    salary_min: Decimal | None
    salary_max: Decimal | None
    salary_currency: str | None
    skills: list[str]
    posted_at: datetime | None
    first_seen_at: datetime
    closed_at: datetime | None
    excluded_by: str | None
    source: str
    sources: list[str]
    job_link: str | None
    apply_url: str | None
    hash_key: str
    rank_explain: dict[str, Any]

    @property
    def features(self) -> list[Feature]:
        """Every feature, the one that contributes most first."""
        found = [Feature(name=name, **feature) for name, feature in self.rank_explain.items()]
        return sorted(found, key=lambda feature: (-feature.contribution, feature.name))

    @property
    def reasons(self) -> list[str]:
        """The strongest of what speaks for the job: see `reasons`."""
        return reasons(self.rank_explain)


def reasons(explained: Mapping[str, Any]) -> list[str]:
    """The strongest of what speaks for a job, at most three, each a short phrase, from its `rank_explain`."""
    good = [name for name, feature in explained.items() if feature["known"] and feature["score"] > 0.5]
    good.sort(key=lambda name: (-explained[name]["contribution"], name))
    phrases: list[str] = []
    for name in good:
        phrase = _PHRASES[name](explained[name]["evidence"])
        if phrase not in phrases:
            phrases.append(phrase)
        if len(phrases) == REASONS:
            break
    return phrases


def apply_ranking(connection: psycopg.Connection, ranking: Ranking) -> int:
    """Make `ranking` the one that `fact_jobs` is scored with, and return how many jobs that queues.

    All of them where it differs from the last one, none where it does not; they are scored when the marts are built
    next.
    """
    with connection.transaction():
        # A build in progress holds the row, and its jobs are queued because the second statement sees what it wrote.
        changed = connection.execute(load_sql("ranking/apply.sql"), {"config": Jsonb(_as_scored(ranking))}).rowcount
        return connection.execute(load_sql("ranking/queue_all.sql")).rowcount if changed else 0


def top(connection: psycopg.Connection, n: int = 10) -> list[Ranked]:
    """The `n` best jobs that are open and not excluded; of equal scores the newest first."""
    with connection.cursor(row_factory=class_row(Ranked)) as cursor:
        return cursor.execute(load_sql("ranking/top.sql"), {"limit": n}).fetchall()


def explain(connection: psycopg.Connection, key: str) -> Ranked | None:
    """One job with every feature of its score, listed or not, by its `hash_key` or the beginning of it; None if none.

    Raises:
        PermanentError: several jobs' keys begin so.
    """
    key = key.strip().lower()
    with connection.cursor(row_factory=class_row(Ranked)) as cursor:
        found = cursor.execute(load_sql("ranking/explain.sql"), {"key": key}).fetchall()
    if len(found) > 1 and found[0].hash_key != key:
        some = ", ".join(f"{job.hash_key[: len(key) + 4]} {job.title or 'Untitled'}" for job in found)
        raise PermanentError(f"several jobs have keys that begin with {key!r}: give more of the key, such as {some}")
    return found[0] if found else None


def _as_scored(ranking: Ranking) -> dict[str, Any]:
    """The ranking in the words of the warehouse: canonical skills, company keys, pay in the base currency."""
    from job_etl.normalize.company import company_match_key

    wishes = ranking.profile.model_dump(mode="json")
    wishes["home"] = wishes.pop("location_home")
    for wish in ("must_have_skills", "nice_to_have_skills"):
        wishes[wish] = _canonical_skills(wishes[wish])
    wishes["exclude"]["companies"] = [company_match_key(name) for name in wishes["exclude"]["companies"]]
    wishes["salary_target"] = _in_base_currency(ranking.profile.salary_target)
    return {"weights": ranking.weights.model_dump(), "profile": wishes}


def _canonical_skills(skills: list[str]) -> list[str]:
    """Skills as postings' are called: "postgres" is PostgreSQL; one that no dictionary knows stays as written."""
    from job_etl.normalize.skills import extract_skills

    return list(
        dict.fromkeys(name for skill in skills for name in extract_skills(None, None, tags=[skill])[1] or [skill])
    )


def _in_base_currency(target: SalaryTarget | None) -> dict[str, Any] | None:
    """The wished band at the latest rates, in whole units: an advertised salary is converted once, when it is read."""
    if target is None:
        return None
    from job_etl.normalize.money import base_currency, convert

    base = base_currency()
    ends = {"min": target.min, "max": target.max}
    converted = {name: convert(end, target.currency, base, on=None) if end else None for name, end in ends.items()}
    return {**{name: round(end) if end else None for name, end in converted.items()}, "currency": base}


def _label(name: str) -> str:
    return name.replace("_", " ")


def _title_keywords(evidence: dict[str, Any]) -> str:
    return _has("title has", evidence["matched"], "not", evidence["missing"])


def _skills_overlap(evidence: dict[str, Any]) -> str:
    if not evidence["matched"] and not evidence["missing_must_have"]:
        return "asks for none of the wished skills"
    return _has("asks for", evidence["matched"], "not for must-have", evidence["missing_must_have"])


def _location_proximity(evidence: dict[str, Any]) -> str:
    if evidence["basis"].startswith("remote"):
        return str(evidence["basis"])
    far = f"{evidence['distance_km']:,} km from home" if "distance_km" in evidence else evidence["basis"]
    return f"{evidence['place']}, {far}"


def _salary_band(evidence: dict[str, Any]) -> str:
    ends = dict.fromkeys(f"{evidence[end]:,.0f}" for end in ("min", "max") if end in evidence)
    return f"pays {' to '.join(ends)} {evidence['currency']}, {evidence['basis']} the band"


def _value(evidence: dict[str, Any]) -> str:
    return _label(evidence["value"])


def _has(verb: str, matched: list[str], negation: str, missing: list[str]) -> str:
    return ", ".join(f"{word} {', '.join(names)}" for word, names in ((verb, matched), (negation, missing)) if names)


_PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "title_keywords": _title_keywords,
    "skills_overlap": _skills_overlap,
    "location_proximity": _location_proximity,
    "salary_band": _salary_band,
    "employment_type": _value,
    "seniority_match": lambda evidence: f"{_value(evidence)} level",
    "remote_type": _value,
    "company_size": lambda evidence: f"{evidence['value']} employees",
}
