"""The dbt project against a real Postgres, with the privileges that the platform works with."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import yaml

from job_etl.model import CompanySize, ContractType, RemoteType, Seniority
from job_etl.ranking import apply_ranking
from job_etl.warehouse.connect import connect
from job_etl_tests.marts import (
    OPTIONS,
    PROJECT,
    build,
    complaints,
    dbt,
    environment,
    put_job,
    ranking,
    remove_job,
    rows,
)

MARTS = ("dim_companies", "fact_jobs")
ROW_VERSIONS = """
    select 'fact', hash_key, ctid::text from marts.fact_jobs
    union all
    select 'dim', company_key, ctid::text from marts.dim_companies
"""
CONTENT = """
    select to_jsonb(jobs) - 'job_id' - 'company_id' - 'ingested_at', companies.company_key
    from marts.fact_jobs as jobs
    left join marts.dim_companies as companies using (company_id)
    order by jobs.hash_key
"""
COMPANIES = """
    select to_jsonb(companies) - 'company_id' - 'created_at' - 'updated_at'
    from marts.dim_companies as companies
    order by company_key
"""
UNRANKED = """
    select to_jsonb(jobs) - 'rank_score' - 'rank_explain' - 'ingested_at'
    from marts.fact_jobs as jobs
    order by hash_key
"""


@pytest.fixture
def built(connection: psycopg.Connection, user_database_url: str, home: Path) -> Callable[..., dict[str, int]]:
    """A function that builds the marts as `job_etl_user`, in a database with four jobs of two companies."""
    apply_ranking(connection, ranking())
    put_job(connection, "a1", job_title="Data Engineer", company="Acme", skills=["Python"], remote_type="remote")
    put_job(connection, "a2", job_title="Analyst", company="Acme", company_size="11-50")
    put_job(connection, "b1", job_title="Baker", company="Bolt", contract_type="temp")
    put_job(connection, "n1", job_title="Nameless", company="???", company_key="")

    def build_as_user(*arguments: str) -> dict[str, int]:
        return build(user_database_url, *arguments, home=home)

    return build_as_user


def test_a_build_writes_each_job_and_company_once_and_nothing_when_repeated(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    assert built() == {"dim_companies": 2, "fact_jobs": 4}
    before = rows(connection, ROW_VERSIONS)
    connection.execute("insert into staging.changed_jobs select hash_key from staging.job_postings_stg")
    assert built() == {"dim_companies": 0, "fact_jobs": 0}
    assert rows(connection, ROW_VERSIONS) == before
    assert rows(connection, "select * from staging.changed_jobs union all select * from staging.claimed_jobs") == []


def test_a_build_leaves_the_catalogue_as_declared_even_when_told_to_refresh(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    catalogue = """
        select to_jsonb(columns) from information_schema.columns
        union all select to_jsonb(constraints) from information_schema.table_constraints as constraints
        union all select to_jsonb(grants) from information_schema.table_privileges as grants
        union all select to_jsonb(indexes) from pg_indexes as indexes
        order by 1
    """
    before = rows(connection, catalogue)
    built()
    ids = rows(connection, "select hash_key, job_id, company_id from marts.fact_jobs")
    built("--full-refresh")
    assert rows(connection, catalogue) == before
    assert rows(connection, "select hash_key, job_id, company_id from marts.fact_jobs") == ids


def test_only_what_changed_is_written_and_keeps_its_id(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    ids = dict(rows(connection, "select hash_key, job_id from marts.fact_jobs"))
    versions = set(rows(connection, ROW_VERSIONS))
    put_job(connection, "b1", job_title="Baker", company="Bolt", contract_type="full_time")
    assert built() == {"dim_companies": 0, "fact_jobs": 1}
    assert dict(rows(connection, "select hash_key, job_id from marts.fact_jobs")) == ids
    assert {key for _, key, _ in versions - set(rows(connection, ROW_VERSIONS))} == {"b1"}
    assert rows(connection, "select contract_type from marts.fact_jobs where hash_key = 'b1'") == [("full_time",)]


def test_the_planner_knows_how_little_a_build_claims_after_one_that_claimed_all(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    put_job(connection, "b1", job_title="Baker", company="Bolt", contract_type="full_time")
    built()
    known = "select reltuples from pg_class where relkind = 'r' and relname like 'claimed\\_%%'"
    assert rows(connection, known) == [(1,), (1,)]


def test_a_vanished_job_leaves_with_its_company_when_that_has_no_other(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    remove_job(connection, "b1")
    remove_job(connection, "a1")
    built()
    assert rows(connection, "select hash_key from marts.fact_jobs order by 1") == [("a2",), ("n1",)]
    assert rows(connection, "select company from marts.dim_companies") == [("Acme",)]


def test_a_job_whose_company_is_read_otherwise_moves_and_the_old_company_goes(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    put_job(connection, "b1", job_title="Baker", company="Bolt", company_key="bolt bakery")
    built()
    assert rows(connection, "select company_key from marts.dim_companies order by 1") == [("acme",), ("bolt bakery",)]
    assert rows(connection, "select count(*) from marts.fact_jobs where company_id is null") == [(1,)]


def test_a_company_size_that_becomes_known_counts_for_all_jobs_of_the_company(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    put_job(connection, "a3", job_title="Chef", company="Acme", company_size="51-200", first_seen_at="2026-04-01")
    assert built() == {"dim_companies": 1, "fact_jobs": 3}
    sizes = (
        "select distinct rank_explain #>> '{company_size,evidence,value}' from marts.fact_jobs where hash_key like 'a%'"
    )
    assert rows(connection, sizes) == [("51-200",)]


def test_a_new_profile_rescores_all_and_changes_nothing_else(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    before = rows(connection, UNRANKED)
    assert apply_ranking(connection, ranking()) == 0
    assert apply_ranking(connection, ranking(title_keywords=["baker"])) == 4
    assert built() == {"dim_companies": 0, "fact_jobs": 4}
    assert rows(connection, UNRANKED) == before
    best = "select hash_key from marts.fact_jobs order by rank_explain #>> '{title_keywords,score}' desc limit 1"
    assert rows(connection, best) == [("b1",)]


def test_jobs_that_change_between_the_two_models_wait_for_the_next_build(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built("--select", "enumerations", "dim_companies")
    put_job(connection, "c1", job_title="Cook", company="Cove")
    remove_job(connection, "b1")
    built("--select", "fact_jobs")
    assert rows(connection, "select hash_key from marts.fact_jobs order by 1") == [("a1",), ("a2",), ("n1",)]
    assert rows(connection, "select company from marts.dim_companies") == [("Acme",)]
    built()
    assert rows(connection, "select hash_key from marts.fact_jobs order by 1") == [("a1",), ("a2",), ("c1",), ("n1",)]
    assert rows(connection, "select company from marts.dim_companies order by 1") == [("Acme",), ("Cove",)]


def test_a_build_that_fails_loses_no_job(
    built: Callable[..., dict[str, int]],
    connection: psycopg.Connection,
    user_database_url: str,
    home: Path,
) -> None:
    connection.execute("alter table marts.fact_jobs add constraint no_baker check (job_title <> 'Baker')")
    result = dbt(user_database_url, "build", home=home)
    assert not result.success
    assert "no_baker" in complaints(result)
    connection.execute("alter table marts.fact_jobs drop constraint no_baker")
    put_job(connection, "c1", job_title="Cook", company="Cove")
    assert built()["fact_jobs"] == 5


@pytest.mark.faults
@pytest.mark.parametrize(
    "obstacle",
    ["lock table marts.dim_companies in share mode", "select from ops.ranking for update"],
    ids=["dim_companies", "fact_jobs"],
)
def test_a_build_that_is_killed_in_a_model_loses_no_job(
    obstacle: LiteralString,
    built: Callable[..., dict[str, int]],
    connection: psycopg.Connection,
    database_url: str,
    home: Path,
) -> None:
    with connect(database_url) as other, other.transaction():
        other.execute(obstacle)
        killed = subprocess.Popen(
            [Path(sys.executable).with_name("dbt"), "build", "--exclude-resource-type", "unit_test", *OPTIONS],
            env={**os.environ, **environment(database_url, home)},
        )
        try:
            _wait_until(connection, "select 1 from pg_locks where not granted")
        finally:
            killed.kill()
            killed.wait()
    assert built()["fact_jobs"] == 4


def test_the_same_marts_come_back_after_all_is_deleted_and_built_again(
    built: Callable[..., dict[str, int]], connection: psycopg.Connection
) -> None:
    built()
    put_job(connection, "a4", job_title="Cook", company="ACME", company_key="acme", first_seen_at="2026-02-01")
    remove_job(connection, "b1")
    built()
    before = rows(connection, CONTENT), rows(connection, COMPANIES)
    connection.execute("truncate marts.fact_jobs, marts.dim_companies restart identity")
    connection.execute("insert into staging.changed_jobs select hash_key from staging.job_postings_stg")
    built()
    assert (rows(connection, CONTENT), rows(connection, COMPANIES)) == before


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("update marts.fact_jobs set rank_score = rank_score + 1", "contributions_add_up_to_the_score"),
        ("update marts.fact_jobs set seniority_level = 'wizard'", "seniority_levels_are_known"),
        ("update marts.dim_companies set company_size = 'big'", "company_sizes_are_known_bands"),
    ],
)
def test_the_data_tests_find_what_is_wrong(
    damage: str,
    check: str,
    built: Callable[..., dict[str, int]],
    connection: psycopg.Connection,
    user_database_url: str,
    home: Path,
) -> None:
    built()
    connection.execute(damage)
    result = dbt(user_database_url, "test", "--exclude-resource-type", "unit_test", home=home)
    assert [done.node.name for done in result.result if done.status == "fail"] == [check]


def test_the_models_decide_as_their_unit_tests_say(user_database_url: str, home: Path) -> None:
    result = dbt(user_database_url, "test", "--resource-type", "unit_test", home=home)
    assert result.success, complaints(result)
    assert len(result.result) >= 2


@pytest.mark.parametrize("missing", ["schema marts", "table marts.fact_jobs"])
def test_dbt_refuses_in_one_line_to_make_what_the_bootstrap_makes(
    missing: str, connection: psycopg.Connection, database_url: str, home: Path
) -> None:
    apply_ranking(connection, ranking())
    connection.execute(f"drop {missing} cascade")
    said = complaints(dbt(database_url, "build", "--exclude-resource-type", "unit_test", home=home))
    assert f"{missing.removeprefix('table ')} is not there: bring the schema up to date first" in said
    assert rows(connection, "select to_regclass('marts.fact_jobs')") == [(None,)]


def test_dbt_says_that_no_ranking_is_applied(user_database_url: str, home: Path) -> None:
    said = complaints(dbt(user_database_url, "build", "--exclude-resource-type", "unit_test", home=home))
    assert "no ranking is applied: apply config/ranking.yml first" in said


@pytest.mark.parametrize(
    ("enumeration", "values"),
    [
        ("remote_type", RemoteType),
        ("contract_type", ContractType),
        ("seniority_level", Seniority),
        ("company_size", CompanySize),
    ],
)
def test_the_seed_lists_the_values_of_the_model_and_ladders_rise_in_its_order(
    enumeration: str, values: type[StrEnum]
) -> None:
    with (PROJECT / "seeds" / "enumerations.csv").open(encoding="utf-8") as file:
        seeded = [row for row in csv.DictReader(file) if row["enumeration"] == enumeration]
    assert [row["value"] for row in seeded] == [str(value) for value in values]
    rungs = [int(row["rung"]) for row in seeded if row["rung"]]
    assert rungs in ([], list(range(len(values) - 1)))


@pytest.mark.parametrize("mart", MARTS)
def test_every_column_of_a_mart_is_described(mart: str, connection: psycopg.Connection) -> None:
    [described] = _yaml(f"models/marts/{mart}.yml")["models"]
    names = {column["name"] for column in described["columns"] if column["description"]}
    declared = rows(
        connection,
        "select column_name from information_schema.columns where table_schema = 'marts' and table_name = %s",
        mart,
    )
    own = {"dim_companies": {"company_id", "created_at", "updated_at"}, "fact_jobs": {"job_id", "ingested_at"}}
    assert names == {name for (name,) in declared} - own[mart]


def test_the_project_parses_without_a_database_or_any_setting(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "parse", *OPTIONS, "--target-path", tmp_path, "--log-path", tmp_path],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "manifest.json").exists()


def _yaml(name: str) -> Any:
    return yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))


def _wait_until(connection: psycopg.Connection, query: LiteralString, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not connection.execute(query).fetchone():
        assert time.monotonic() < deadline, query
        time.sleep(0.1)
