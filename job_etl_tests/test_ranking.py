"""The score, feature by feature, as dbt computes it in a real Postgres; and what a person reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from job_etl.config.ranking import load_ranking
from job_etl.errors import ConfigError, PermanentError
from job_etl.paths import config_file
from job_etl.ranking import Ranked, apply_ranking, explain, top
from job_etl.warehouse.connect import connect
from job_etl_tests.conftest import on_database
from job_etl_tests.marts import (
    BUFFALO,
    HAMILTON,
    OTTAWA,
    PROFILE,
    TORONTO,
    VANCOUVER,
    WEIGHTS,
    build,
    put_job,
    ranking,
)

LONG = "Nothing here names a skill. " * 30
SNIPPET = LONG[:500]

SCORES: list[tuple[str, str, dict[str, Any], float | None]] = [
    # (feature, what is so, the job, its score or None for unknown)
    ("title_keywords", "both words in any case", {"job_title": "SENIOR DATA ENGINEER"}, 1),
    ("title_keywords", "one of two words", {"job_title": "Data Analyst"}, 0.5),
    ("title_keywords", "in parts of words only", {"job_title": "Database Engineering"}, 0),
    ("title_keywords", "between punctuation", {"job_title": "(Data)/Engineer, m/w/d"}, 1),
    ("title_keywords", "at a sentence's end", {"job_title": "We seek an engineer."}, 0.5),
    ("title_keywords", "with white space of every kind", {"job_title": "Data\u00a0Engineer"}, 1),
    ("title_keywords", "no title", {"job_title": None}, None),
    ("skills_overlap", "all", {"skills": ["Python", "SQL", "dbt", "Excel"], "description": LONG}, 1),
    ("skills_overlap", "in another case", {"skills": ["python", "sql", "DBT"], "description": LONG}, 1),
    ("skills_overlap", "a nice-to-have missing", {"skills": ["Python", "SQL"], "description": LONG}, 0.8571),
    ("skills_overlap", "a must-have missing", {"skills": ["Python", "dbt"], "description": LONG}, 0.5714),
    ("skills_overlap", "others only", {"skills": ["Excel"], "description": LONG}, 0),
    ("skills_overlap", "none in a whole text", {"description": LONG}, 0),
    ("skills_overlap", "others in the provider's tags", {"skills": ["Excel"], "skills_raw": ["excel"]}, 0),
    ("skills_overlap", "most in a snippet", {"skills": ["Python", "SQL"], "description": SNIPPET}, 0.8571),
    ("skills_overlap", "few in a snippet", {"skills": ["Python"], "description": SNIPPET}, None),
    ("skills_overlap", "none in a snippet", {"description": SNIPPET}, None),
    ("skills_overlap", "others in the title alone", {"skills": ["Excel"]}, None),
    ("skills_overlap", "no text", {}, None),
    ("location_proximity", "at home", {"places": [TORONTO]}, 1),
    ("location_proximity", "63 km away", {"places": [HAMILTON]}, 0.7964),
    ("location_proximity", "far in the same region", {"places": [OTTAWA]}, 0.75),
    ("location_proximity", "far in the same country", {"places": [VANCOUVER]}, 0.5),
    ("location_proximity", "near over the border", {"places": [BUFFALO]}, 0.5029),
    ("location_proximity", "the nearest of several", {"places": [BUFFALO, TORONTO]}, 1),
    ("location_proximity", "somewhere in the region", {"places": [{"region": "Ontario", "country": "CA"}]}, 0.75),
    ("location_proximity", "somewhere in the country", {"places": [{"country": "CA"}]}, 0.5),
    ("location_proximity", "another country", {"places": [{"country": "DE"}]}, 0),
    ("location_proximity", "a city without coordinates", {"places": [{"city": "Bonn", "country": "DE"}]}, 0),
    ("location_proximity", "nowhere", {}, None),
    ("location_proximity", "remote from anywhere", {"remote_type": "remote"}, 1),
    ("location_proximity", "remote, based in home's country", {"remote_type": "remote", "places": [VANCOUVER]}, 1),
    ("location_proximity", "remote, based abroad", {"remote_type": "remote", "places": [{"country": "DE"}]}, 0.5),
    ("location_proximity", "remote from home", {"remote_type": "remote", "remote_countries": ["CA", "US"]}, 1),
    (
        "location_proximity",
        "remote from elsewhere",
        {"remote_type": "remote", "remote_countries": ["DE"], "places": [{"country": "DE"}]},
        0,
    ),
    (
        "location_proximity",
        "remote from elsewhere, place unknown",
        {"remote_type": "remote", "remote_countries": ["DE"]},
        0,
    ),
    ("salary_band", "inside", {"salary_min_norm": 110_000, "salary_max_norm": 120_000}, 1),
    ("salary_band", "overlapping", {"salary_min_norm": 50_000, "salary_max_norm": 100_000}, 1),
    ("salary_band", "a quarter below", {"salary_min_norm": 50_000, "salary_max_norm": 75_000}, 0.5),
    ("salary_band", "half below", {"salary_max_norm": 50_000}, 0),
    ("salary_band", "far below", {"salary_max_norm": 100}, 0),
    ("salary_band", "a third above", {"salary_min_norm": 200_000}, 0.6667),
    ("salary_band", "twice above", {"salary_min_norm": 300_000, "salary_max_norm": 400_000}, 0),
    ("salary_band", "none", {}, None),
    ("salary_band", "in no comparable currency", {"salary_min_norm": 120_000, "salary_currency_norm": "EUR"}, None),
    ("employment_type", "preferred", {"contract_type": "full_time"}, 1),
    ("employment_type", "another", {"contract_type": "intern"}, 0),
    ("employment_type", "unknown", {}, None),
    ("seniority_match", "the same", {"seniority_level": "senior"}, 1),
    ("seniority_match", "the next", {"seniority_level": "lead"}, 0.6667),
    ("seniority_match", "two away", {"seniority_level": "junior"}, 0.3333),
    ("seniority_match", "three away", {"seniority_level": "intern"}, 0),
    ("seniority_match", "unknown", {}, None),
    ("remote_type", "preferred", {"remote_type": "remote"}, 1),
    ("remote_type", "another", {"remote_type": "onsite"}, 0),
    ("remote_type", "unknown", {}, None),
    ("company_size", "preferred", {"company": "Right Size Co", "company_size": "51-200"}, 1),
    ("company_size", "the next", {"company": "Next Size Co", "company_size": "11-50"}, 0.6667),
    ("company_size", "far", {"company": "Far Size Co", "company_size": "5001+"}, 0),
    ("company_size", "unknown", {"company": "No Size Co"}, None),
    ("company_size", "no company", {"company_size": "51-200"}, None),
]

OSLO = {"city": "Oslo", "country": "NO", "latitude": 59.91, "longitude": 10.75}

EXCLUDE = {"companies": ["Evil Works Inc."], "title_words": ["manager", "C++"], "countries": ["NO", "Sweden"]}

EXCLUDED: list[tuple[dict[str, Any], str | None]] = [
    ({"company": "EVIL WORKS", "company_key": "evil works"}, "company EVIL WORKS"),
    ({"company": "Evil Workshop", "company_key": "evil workshop"}, None),
    ({"job_title": "Data Manager (m/f)"}, "title word manager"),
    ({"job_title": "C++ Developer"}, "title word C++"),
    ({"job_title": "C Developer, Management"}, None),
    ({"places": [OSLO]}, "country NO"),
    ({"places": [OSLO, {"country": "SE"}]}, "country NO, SE"),
    ({"places": [OSLO, TORONTO]}, None),
    ({"places": [OSLO], "remote_type": "remote", "remote_countries": ["CA", "NO"]}, None),
    ({"places": [TORONTO], "remote_type": "remote", "remote_countries": ["NO"]}, "country NO"),
    ({}, None),
]


def _job(values: dict[str, Any]) -> dict[str, Any]:
    paid = "salary_min_norm" in values or "salary_max_norm" in values
    return {**({"salary_currency_norm": "CAD"} if paid else {}), **values}


@pytest.fixture(scope="module")
def scored(server_url: str, template: str, home: Path) -> Iterator[psycopg.Connection]:
    """A database in which every job above is scored, by one build."""
    name = sql.Identifier(f"test_{uuid4().hex}")
    url = on_database(server_url, name.as_string().strip('"'))
    with connect(server_url) as server:
        server.execute(sql.SQL("create database {} template {}").format(name, sql.Identifier(template)))
        with connect(url) as connection:
            apply_ranking(connection, ranking(exclude=EXCLUDE))
            for number, (_, _, job, _) in enumerate(SCORES):
                put_job(connection, f"a{number}", **_job(job))
            for number, (job, _) in enumerate(EXCLUDED):
                put_job(connection, f"e{number}", **_job(job))
            build(url, home=home)
            yield connection
        server.execute(sql.SQL("drop database {} with (force)").format(name))


def _explained(connection: psycopg.Connection, hash_key: str) -> Ranked:
    job = explain(connection, hash_key)
    assert job is not None
    return job


@pytest.mark.parametrize("number", range(len(SCORES)), ids=[f"{feature}: {so}" for feature, so, _, _ in SCORES])
def test_a_feature_scores_what_it_should_and_half_where_it_is_unknown(number: int, scored: psycopg.Connection) -> None:
    name, _, _, expected = SCORES[number]
    job = _explained(scored, f"a{number}")
    [feature] = [feature for feature in job.features if feature.name == name]
    assert feature.known is (expected is not None)
    assert feature.score == pytest.approx(0.5 if expected is None else expected, abs=1e-4)
    assert feature.weight == WEIGHTS[name]
    assert feature.contribution == pytest.approx(100 * feature.weight * feature.score)
    assert sum(feature.contribution for feature in job.features) == pytest.approx(float(job.score), abs=0.005)
    assert {feature.name for feature in job.features} == set(WEIGHTS)
    assert all(map(str, job.features))


@pytest.mark.parametrize("number", range(len(EXCLUDED)), ids=[str(reason) for _, reason in EXCLUDED])
def test_an_excluded_job_keeps_a_row_that_says_why(number: int, scored: psycopg.Connection) -> None:
    assert _explained(scored, f"e{number}").excluded_by == EXCLUDED[number][1]


def test_the_list_holds_what_is_not_excluded_best_first(scored: psycopg.Connection) -> None:
    listed = top(scored, 1_000)
    assert [job.rank for job in listed] == list(range(1, len(listed) + 1))
    assert [job.score for job in listed] == sorted((job.score for job in listed), reverse=True)
    excluded = {f"e{number}" for number, (_, reason) in enumerate(EXCLUDED) if reason}
    assert len(listed) == len(SCORES) + len(EXCLUDED) - len(excluded)
    assert not excluded & {job.hash_key for job in listed}
    assert top(scored, 5) == listed[:5]


def test_without_wishes_every_job_scores_50(connection: psycopg.Connection, user_database_url: str, home: Path) -> None:
    nothing = dict.fromkeys(PROFILE) | {"location_radius_km": 50, "exclude": {}}
    apply_ranking(connection, ranking(**nothing))
    put_job(connection, "a", job_title="Baker", skills=["Bread"], places=[TORONTO], remote_type="remote")
    build(user_database_url, home=home)
    [job] = top(connection)
    assert job.score == 50
    assert job.reasons == []
    assert not any(feature.known for feature in job.features)


def test_closed_and_expired_jobs_are_explained_and_not_listed_and_equals_are_ordered_by_date(
    connection: psycopg.Connection, user_database_url: str, home: Path
) -> None:
    apply_ranking(connection, ranking())
    put_job(connection, "closed", closed_at=datetime(2026, 3, 2, tzinfo=UTC))
    put_job(connection, "expired", expires_at=datetime(2026, 3, 2, tzinfo=UTC))
    put_job(connection, "undated")
    put_job(connection, "older", posted_at=datetime(2026, 1, 1, tzinfo=UTC))
    put_job(connection, "newer", posted_at=datetime(2026, 2, 1, tzinfo=UTC))
    put_job(connection, "a newer", posted_at=datetime(2026, 2, 1, tzinfo=UTC))
    build(user_database_url, home=home)
    assert [job.hash_key for job in top(connection)] == ["a newer", "newer", "older", "undated"]
    assert _explained(connection, "closed").closed_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_job_is_found_by_the_beginning_of_its_key_where_that_is_one_job_s(scored: psycopg.Connection) -> None:
    put = "insert into marts.fact_jobs (hash_key, source, first_seen_at) values (%s, 'lever', now())"
    with scored.transaction(force_rollback=True):
        for key in ("c0ffee", "c0ffee12", "c0de"):
            scored.execute(put, [key])
        assert _explained(scored, "C0D").hash_key == "c0de"
        assert _explained(scored, "c0ffee").hash_key == "c0ffee"
        assert explain(scored, "d") is None
        with pytest.raises(PermanentError, match="several jobs have keys that begin with 'c0f'"):
            explain(scored, "c0f")


def test_the_strongest_reasons_are_read_in_words(scored: psycopg.Connection) -> None:
    words = {str(feature) for job in top(scored, 1_000) for feature in job.features}
    assert {
        "title has data, engineer",
        "title has data, not engineer",
        "asks for Python, dbt, not for must-have SQL",
        "Hamilton, Ontario, CA, 63 km from home",
        "CA, same country",
        "remote",
        "pays 110,000 to 120,000 CAD, inside the band",
        "pays 200,000 CAD, above the band",
        "senior level",
        "full time",
        "51-200 employees",
    } <= words


def test_wishes_are_told_in_the_words_of_the_warehouse(connection: psycopg.Connection) -> None:
    apply_ranking(
        connection,
        ranking(
            must_have_skills=["postgres", "python"],
            nice_to_have_skills=["an unheard-of skill"],
            salary_target={"min": 100_000, "currency": "EUR"},
            exclude={"companies": ["Evil Works, Inc."], "countries": ["Germany"]},
        ),
    )
    [(profile,)] = connection.execute("select config -> 'profile' from ops.ranking").fetchall()
    assert profile["must_have_skills"] == ["PostgreSQL", "Python"]
    assert profile["nice_to_have_skills"] == ["an unheard-of skill"]
    assert profile["exclude"] == {"companies": ["evil works"], "title_words": [], "countries": ["DE"]}
    assert profile["salary_target"]["currency"] == "CAD"
    assert 120_000 < profile["salary_target"]["min"] < 200_000
    assert profile["salary_target"]["max"] is None


def test_the_packaged_ranking_is_valid_and_at_home_in_toronto() -> None:
    packaged = load_ranking(config_file("ranking.yml"))
    assert packaged.weights.model_dump() == WEIGHTS
    assert packaged.profile.location_home is not None
    assert packaged.profile.location_home.city == "Toronto"
    assert packaged.profile.salary_target is not None
    assert packaged.profile.salary_target.min == Decimal(110_000)


def test_a_wish_may_be_one_word_a_number_or_a_country_by_any_name(tmp_path: Path) -> None:
    file = tmp_path / "ranking.yml"
    text = config_file("ranking.yml").read_text(encoding="utf-8")
    text = (
        text.replace("[data, engineer]", "2024")
        .replace("[full_time]", "contract")
        .replace("countries: []", "countries: [NO, Sweden, de]")
    )
    file.write_text(text, encoding="utf-8")
    profile = load_ranking(file).profile
    assert profile.title_keywords == ("2024",)
    assert profile.preferred_contracts == ("contract",)
    assert profile.exclude.countries == ("NO", "SE", "DE")


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("skills_overlap: 0.30", "skills_overlap: 0.20", "weights: should sum to 1, not 0.9"),
        ("skills_overlap: 0.30", "skills_overlap: lots", "weights.skills_overlap: should be a valid number"),
        ("  company_size: 0.04\n", "", "weights.company_size: is missing"),
        (
            "seniority_match: 0.07",
            "seniority_mach: 0.07",
            "weights.seniority_mach: unknown key, did you mean seniority_match?",
        ),
        ("[full_time]", "[freelance]", "profile.preferred_contracts[0]: should be 'full_time', 'part_time'"),
        ("[intermediate, senior]", "[unknown]", "profile.seniority[0]: unknown is not something to wish for"),
        ("min: 110000", "min: 210000", "profile.salary_target: min 210000 is greater than max 160000"),
        ("currency: CAD", "currency: CDA", "profile.salary_target.currency: should be an ISO 4217 code"),
        ("Toronto, ON", "Xyzzyville", "profile.location_home: no place is known as 'Xyzzyville'"),
        ("Toronto, ON", "{latitude: 91, longitude: 0}", "profile.location_home.latitude: should be less than or equal"),
        ("Toronto, ON", "{latitude: 9}", "profile.location_home: latitude and longitude go together"),
        ("location_radius_km: 50", "location_radius_km: -5", "profile.location_radius_km: should be greater than 0"),
        ("[data, engineer]", "[true]", "profile.title_keywords[0]: should be a valid string"),
        ("    countries: []", "    countries: [Atlantis]", "profile.exclude.countries[0]: should be a country"),
        ("[data, engineer]", "['!']", "profile.title_keywords[0]: should have a letter or a digit"),
        ("profile:", "profil:", "profil: unknown key, did you mean profile?"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_its_key(
    written: str, instead: str, said: str, tmp_path: Path
) -> None:
    text = config_file("ranking.yml").read_text(encoding="utf-8")
    assert written in text
    file = tmp_path / "ranking.yml"
    file.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_ranking(file)
    assert f"ranking.yml: {said}" in str(raised.value)
