from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from job_etl.bench import MEASUREMENTS, Figure, Measured, grown, measure, progress
from job_etl.bench.baselines import copy_again, upsert_row_by_row
from job_etl.bench.figures import written
from job_etl.cli import app
from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.sample.corpus import land_corpus
from job_etl_tests.warehouse.boards import bring_in


def _databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database where datname like '%bench%'")}


def test_every_measurement_gives_figures_and_leaves_no_database_behind(server_url: str) -> None:
    said: list[str] = []
    measured = measure(server_url, 400, say=said.append)
    names = " ".join(figure.name for figure in measured.figures)
    assert all(
        word in names
        for word in ("raw", "staging", "nothing new", "dlt", "marts", "profile", "new postings", "all fields")
    )
    assert not measured.broken
    assert all(figure.ratio is None or figure.ratio > 0 for figure in measured.figures)
    assert [line for line in said if line.startswith("measuring")] == [f"measuring: {name}" for name in MEASUREMENTS]
    assert measured.peaks["this process"] > 0
    assert _databases(server_url) == set()


def _run(rows: int, seconds: float, memory: int) -> Measured:
    return Measured(rows, {}, [Figure(f"load ({rows} bytes)", rows, seconds)], peaks={"this process": memory << 20})


@pytest.mark.parametrize(
    ("last", "trouble"),
    [
        (_run(40_000, 4.6, 110), []),
        (_run(40_000, 16.0, 110), ["load takes time with the power 2.0"]),
        (_run(40_000, 4.6, 400), ["memory of this process grows with the corpus: 100 MiB, then 400 MiB"]),
        (_run(12_000, 16.0, 400), []),
    ],
    ids=["n log n", "quadratic", "memory", "sizes too near each other"],
)
def test_what_grows_too_fast_is_told_from_runs_of_several_sizes(last: Measured, trouble: list[str]) -> None:
    found = grown([_run(10_000, 1.0, 100), last])
    assert len(found) == len(trouble)
    assert all(line.startswith(start) for line, start in zip(found, trouble, strict=True))


def test_the_time_left_is_told_from_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(progress, "_EVERY", 0)
    tell = progress.remaining(said.append, "load", 1_000)
    tell(0)
    tell(1_000)
    assert said == ["load: 1,000 of 1,000, 0 s left"]


def test_only_what_is_asked_for_is_reported(server_url: str) -> None:
    (figure,) = measure(server_url, 200, only=["load"]).figures
    assert figure.name.startswith("landing → raw (")


def test_an_unknown_measurement_is_named_with_those_there_are(server_url: str) -> None:
    with pytest.raises(ConfigError, match=f"no measurement 'speed' \\(there are: {', '.join(MEASUREMENTS)}\\)"):
        measure(server_url, 200, only=["speed"])


def test_baselines_write_the_same_rows_and_leave_no_table_behind(
    database_url: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    landing = Landing(str(tmp_path))
    land_corpus(landing, 200)
    staged = bring_in(connection, landing)
    assert copy_again(connection, "staging", "postings").seconds > 0
    rows, seconds = upsert_row_by_row(database_url, 1_000)
    assert rows == staged.read
    assert seconds > 0
    left = connection.execute("select tablename from pg_tables where tablename like 'bench%'").fetchall()
    assert left == []


def test_what_is_written_is_counted(connection: psycopg.Connection) -> None:
    def work() -> None:
        connection.execute("insert into ops.state (name, value) values ('a', 'b'), ('c', 'd')")

    assert written(connection, lambda: None).row_versions == 0
    assert written(connection, work).row_versions == 2


def test_the_command_prints_a_table_and_writes_the_figures_to_a_file(
    server_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", server_url)
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(app, ["bench", "--rows", "200", "--only", "again", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert "nothing new: 0 row versions" in result.output
    assert json.loads(file.read_text())["figures"][0]["met"] is True


def test_sizes_are_compared_with_each_other(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", server_url)
    result = CliRunner().invoke(app, ["bench", "--sizes", "100,400", "--only", "load"])
    assert result.exit_code == 0, result.output
    assert "time grows with n to the" in result.output
    assert CliRunner().invoke(app, ["bench", "--sizes", "many"]).exit_code == 2
