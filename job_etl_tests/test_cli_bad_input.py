"""What a person can get wrong, each in one clear line and with everything else kept.

What providers get wrong is in `test_http` and `test_crawl`, what saved answers can be in `test_saved`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import dagster as dg
import psycopg
import pytest

from job_etl.config.ranking import load_ranking
from job_etl.landing import Landing
from job_etl.warehouse.connect import connect
from job_etl_tests.commands import JOB_ETL, Call, caller, run, surroundings
from job_etl_tests.provider import unreachable_url
from job_etl_tests.warehouse.boards import day, land, lives, posting


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    return tmp_path / "home"


RUN = ["run", "--no-crawl"]
READING = [["top"], ["explain", "ab"], ["history", "lever/1"], ["rejects"], ["status"], RUN]


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_a_database_that_is_not_there(
    call: Call, own_home: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    place = urlsplit(unreachable_url()).netloc
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", f"postgresql://me:geheim@{place}/jobs")
    said = call(*command)
    assert said.status == 1
    assert said.errors == [
        f"cannot connect to me@{place}/jobs: no server answers there: start it, "
        "or set POSTGRES_HOST and POSTGRES_PORT or JOB_ETL_DATABASE_URL"
    ]


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_a_database_password_that_is_wrong(
    call: Call, own_home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    parts = urlsplit(database_url)
    user, _, place = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:verkehrt@{place}"
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", urlunsplit(parts._replace(netloc=netloc)))
    said = call(*command)
    assert said.status == 1
    (error,) = said.errors
    assert "the password was refused" in error
    assert "verkehrt" not in said.out + said.err


def test_weights_that_sum_to_nine_tenths(call: Call, own_home: Path) -> None:
    config = json.loads(load_ranking().model_dump_json())
    config["weights"]["title_keywords"] -= 0.1
    own_home.with_name("ranking.yml").write_text(json.dumps(config))
    said = call(*RUN)
    assert (said.status, said.errors) == (1, ["ranking.yml: weights: should sum to 1, not 0.9"])
    assert not own_home.exists()


def test_every_mistake_in_the_sources_is_a_line(call: Call, own_home: Path) -> None:
    own_home.with_name("sources.yml").write_text("levr: {boards: [x]}\nlever: {board: [x]}\n")
    for command in (["run"], ["crawl"], ["sources"], ["land", "-s", "lever", "-b", "x", "x.json"]):
        said = call(*command)
        assert said.status == 1
        assert [error.partition(" ")[0] for error in said.errors] == ["sources.yml:"] * 2


@pytest.mark.parametrize(
    ("sources", "arguments", "message"),
    [
        ("lever: {boards: [x]}", ["run", "-s", "levr"], "source levr: unknown source, did you mean lever?"),
        ("lever: {enabled: false, boards: [x]}", ["run", "-s", "lever"], "source lever: not enabled in "),
        ("lever: {boards: [x]}", ["crawl", "-s", "levr"], "source levr: unknown source, did you mean lever?"),
        ("lever: {boards: [x]}", ["crawl", "-b", "nosuch"], "board nosuch: not in sources.yml"),
        ("{}", ["crawl"], "there is no board to crawl in "),
        ("lever: {boards: [x]}", ["land", "-s", "levr", "-b", "x", "x"], "source levr: unknown source, did you"),
    ],
)
def test_a_source_or_board_that_is_not_there(
    call: Call, own_home: Path, sources: str, arguments: list[str], message: str
) -> None:
    own_home.with_name("sources.yml").write_text(sources)
    said = call(*arguments)
    assert said.status == 1
    (error,) = said.errors
    assert error.startswith(message)


def test_a_file_that_is_no_answer_lands_nothing(call: Call, own_home: Path) -> None:
    (own_home.parent / "page.html").write_text("<!doctype html>")
    said = call("land", "-s", "lever", "-b", "x", own_home.parent / "page.html")
    assert said.status == 1
    assert said.errors == [f"{own_home.parent}/page.html: the answer is an HTML or XML page, expected JSON"]
    assert not own_home.exists()


@pytest.mark.parametrize("command", [["top"], RUN, ["land", "-s", "greenhouse", "-b", "x", "page.json"]])
def test_a_home_that_cannot_be_written(
    call: Call, own_home: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    own_home.write_text("a file where the folder should be")
    monkeypatch.chdir(own_home.parent)
    Path("page.json").write_text(json.dumps({"jobs": [posting(1)]}))
    said = call(*command)
    assert said.status == 1
    (error,) = said.errors
    assert str(own_home) in error
    assert "Not a directory" in error or "File exists" in error


def test_a_question_that_nobody_can_answer_is_a_no(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "postgres").mkdir()
    done = subprocess.run(
        [JOB_ETL, "db", "reset"], env=surroundings(own_home), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == f"error: Delete the database in {own_home}? Nobody is there to answer: say --yes.\n"
    assert (own_home / "postgres").is_dir()


@pytest.fixture
def running(home: Path, tmp_path: Path, database_url: str) -> Call:
    """Calls the command in a process of its own, on a fresh database; dbt's manifest is that of all tests."""
    own = {
        name: str(tmp_path / name.lower()) for name in ("JOB_ETL_LANDING_URL", "JOB_ETL_EXPORTS_DIR", "DAGSTER_HOME")
    }
    return lambda *arguments: run(*arguments, home=home, JOB_ETL_DATABASE_URL=database_url, **own)


@pytest.fixture
def broken_zone(tmp_path: Path) -> None:
    """A landing zone with two good crawls of a board, a damaged file and one of an unknown source."""
    zone = tmp_path / "job_etl_landing_url"
    landing = Landing(str(zone))
    anonymous = posting(9)
    del anonymous["id"]
    land(landing, day(0), [posting(1), posting(1, "Platform Engineer"), posting(2), anonymous])
    land(landing, day(2), [posting(1, "Platform Engineer")])
    facts = land(landing, day(1), [posting(number) for number in range(100)], board="southwind")
    damaged = zone / f"{facts.key}.jsonl.zst"
    damaged.write_bytes(damaged.read_bytes()[:-20])
    (zone / "nosuch" / "acme").mkdir(parents=True)
    (zone / "nosuch" / "acme" / "jobs.jsonl").write_text("{}")


@pytest.mark.usefixtures("broken_zone")
def test_what_cannot_be_loaded_is_told_and_everything_else_comes_through(
    running: Call, database_url: str, tmp_path: Path
) -> None:
    said = running(*RUN, "--json")
    assert said.status == 1
    assert said.errors == ["raw/job_postings_raw: check landed_crawls_are_loaded is red"]
    warnings = "\n".join(line for line in said.err.splitlines() if line.startswith("warning: "))
    assert "greenhouse/southwind/2026/" in warnings
    assert "is damaged or cut short" in warnings
    assert "there is no source 'nosuch'" in warnings

    (brought,) = said.json["sources"]
    # Of the four payloads landed first one repeats an id, and one has none.
    assert {name: brought[name] for name in ("crawls", "landed", "open", "closed", "rejected")} == {
        **{"crawls": 2, "landed": 5, "open": 1, "closed": 1, "rejected": 1}
    }
    assert [job["title"] for job in said.json["jobs"]] == ["Platform Engineer"]
    assert all(Path(said.json["exports"], f"ranked_jobs.{kind}").exists() for kind in ("csv", "jsonl", "parquet"))
    with connect(database_url) as connection:
        assert lives(connection)["2"][2] == day(2)
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster_home")) as instance:
        kept = instance.get_run_by_id(said.json["run_id"])
        assert kept is not None
        assert kept.status is dg.DagsterRunStatus.SUCCESS


def test_a_schema_that_is_newer_than_the_program_is_one_line(
    running: Call, home: Path, connection: psycopg.Connection
) -> None:
    connection.execute("update ops.schema_version set version_num = 'from_the_future'")
    said = running(*RUN)
    assert said.status == 1
    (error,) = said.errors
    assert error.startswith("bootstrap/schema: the database is at revision from_the_future, this job-etl knows up to ")
    assert f"all of it is in {home}/logs/run-" in said.err
