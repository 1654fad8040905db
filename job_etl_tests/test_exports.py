"""The ranked list as files: the same rows in three formats, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from job_etl import exports
from job_etl.errors import PermanentError
from job_etl.exports import SCHEMA, export_ranked_jobs
from job_etl.warehouse.marts import begin_build, end_build
from job_etl_tests.marts import WEIGHTS

NAMES = ["ranked_jobs.csv", "ranked_jobs.jsonl", "ranked_jobs.parquet"]
HOSTILE = '=HYPERLINK("http://example.com","Data; \'Engineer\'\u2028")'


@pytest.fixture
def ranked(connection: psycopg.Connection) -> psycopg.Connection:
    """A database with three listed jobs, as the marts hold them."""
    explained = {
        name: {"score": 1, "weight": weight, "contribution": 100 * weight, "known": True, "evidence": {"value": "x"}}
        for name, weight in WEIGHTS.items()
        if name in ("employment_type", "remote_type", "company_size")
    }
    connection.execute("insert into marts.dim_companies (company, company_key) values ('+Acme', 'acme')")
    connection.execute(
        """
        insert into marts.fact_jobs (
            hash_key, job_title, company_id, source, sources, skills, salary_min_norm, salary_currency_norm, posted_at,
            first_seen_at, rank_score, rank_explain, job_link, apply_url, location_std
        )
        select
            'k' || n, (array[%(title)s, 'Café-Betreiber:in', null])[n], case when n < 3 then 1 end,
            'adzuna', '{adzuna,remoteok}', '{Python,"a, b"}', 100000.129, 'CAD', timestamptz '2026-03-01 12:00+00',
            timestamptz '2026-03-02 12:00+00', 100 - n, %(explain)s, 'https://example.com/' || n, null, 'Zürich, CH'
        from generate_series(1, 3) as n
        """,
        {"title": HOSTILE, "explain": json.dumps(explained)},
    )
    return connection


def test_the_three_files_hold_the_same_jobs_best_first(ranked: psycopg.Connection, tmp_path: Path) -> None:
    files = export_ranked_jobs(ranked, tmp_path / "new" / "folder").files
    assert sorted(file.name for file in files) == NAMES == sorted(file.name for file in files[0].parent.iterdir())
    [in_csv, in_json, parquet] = [_read(file) for file in files]
    assert [row["hash_key"] for row in parquet] == ["k1", "k2", "k3"]
    assert [row["hash_key"] for row in in_csv] == ["k1", "k2", "k3"]
    assert [row["hash_key"] for row in in_json] == ["k1", "k2", "k3"]
    for rows in (parquet, in_csv, in_json):
        assert all(list(row) == SCHEMA.names for row in rows)

    first = parquet[0]
    assert (first["rank"], first["score"], first["salary_min"]) == (1, Decimal("99.00"), Decimal("100000.13"))
    assert first["posted_at"] == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert first["skills"] == ["Python", "a, b"]
    assert first["reasons"] == ["x", "x employees"]
    assert first["attribution"] == "Jobs by Adzuna; Source: Remote OK"
    assert json.loads(first["rank_explain"]) == in_json[0]["rank_explain"]
    assert (in_json[0]["title"], in_json[0]["score"], in_json[0]["posted_at"]) == (
        HOSTILE,
        99,
        "2026-03-01T12:00:00Z",
    )
    assert in_csv[1]["title"] == "Café-Betreiber:in"
    assert in_csv[1]["skills"] == "Python; a, b"


def test_no_cell_of_the_csv_is_taken_for_a_formula(ranked: psycopg.Connection, tmp_path: Path) -> None:
    rows = _read(export_ranked_jobs(ranked, tmp_path).files[0])
    assert rows[0]["title"] == f"'{HOSTILE}"
    assert rows[0]["company"] == "'+Acme"


def test_an_export_that_fails_leaves_the_last_one_and_no_rubbish(
    ranked: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = export_ranked_jobs(ranked, tmp_path).files
    before = {file: file.read_bytes() for file in files}
    monkeypatch.setattr(exports, "_BATCH", 1)
    ranked.execute("update marts.fact_jobs set rank_explain = '{\"nonsense\": {}}' where hash_key = 'k3'")
    with pytest.raises(KeyError):
        export_ranked_jobs(ranked, tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_files_that_are_still_true_are_not_written_again(ranked: psycopg.Connection, tmp_path: Path) -> None:
    assert export_ranked_jobs(ranked, tmp_path).written
    assert export_ranked_jobs(ranked, tmp_path).written, "nothing says that the marts are as they were"

    begin_build(ranked, "a run")
    end_build(ranked, "a run", "a project")
    ranked.execute("update marts.fact_jobs set expires_at = now() + interval '2 seconds' where hash_key = 'k3'")
    exported = export_ranked_jobs(ranked, tmp_path)
    assert (exported.written, exported.rows) == (True, 3)
    before = {file: file.stat().st_mtime_ns for file in exported.files}
    again = export_ranked_jobs(ranked, tmp_path)
    assert (again.files, again.rows, again.written) == (exported.files, 3, False)
    assert {file: file.stat().st_mtime_ns for file in again.files} == before

    time.sleep(2)
    exported = export_ranked_jobs(ranked, tmp_path)
    assert (exported.written, exported.rows) == (True, 2), "a job has expired"

    exported.files[0].unlink()
    assert export_ranked_jobs(ranked, tmp_path).written
    begin_build(ranked, "the next")
    end_build(ranked, "the next", "a project")
    assert export_ranked_jobs(ranked, tmp_path).written


def test_what_a_killed_export_left_is_taken_away_a_day_later(ranked: psycopg.Connection, tmp_path: Path) -> None:
    for age in (1, 2 * 86_400):
        left = tmp_path / f".unfinished-{age}"
        left.mkdir()
        (left / "ranked_jobs.csv").touch()
        os.utime(left, times=(time.time() - age,) * 2)
    export_ranked_jobs(ranked, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".unfinished-1", *NAMES]


def test_a_folder_that_cannot_be_written_to_is_one_clear_line(ranked: psycopg.Connection, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError, match=r"cannot write the exports to .*file: "):
        export_ranked_jobs(ranked, tmp_path / "file")


def test_an_empty_list_is_three_files_without_rows(connection: psycopg.Connection, tmp_path: Path) -> None:
    files = export_ranked_jobs(connection, tmp_path).files
    assert [_read(file) for file in files] == [[], [], []]
    assert pq.read_schema(files[-1]).equals(SCHEMA)


def test_memory_does_not_grow_with_the_list(ranked: psycopg.Connection, tmp_path: Path) -> None:
    ranked.execute(
        """
        insert into marts.fact_jobs (hash_key, source, first_seen_at, rank_score, rank_explain)
        select n::text, 'adzuna', now(), 50, jsonb_build_object()
        from generate_series(1, 20000) as n
        """
    )
    tracemalloc.start()
    export_ranked_jobs(ranked, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 << 20


def _read(file: Path) -> list[dict[str, Any]]:
    return list(_READERS[file.suffix](file))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        yield json.loads(line)


def _cells(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


_READERS: dict[str, Any] = {".jsonl": _lines, ".csv": _cells, ".parquet": lambda file: pq.read_table(file).to_pylist()}
