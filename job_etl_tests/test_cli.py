"""The command: what each says, in words and as JSON, and its exit status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from dagster_shared.error import SerializableErrorInfo
from psycopg.types.json import Jsonb

from job_etl import cli, paths
from job_etl.cli import graph
from job_etl.landing import Landing
from job_etl.warehouse.connect import connect
from job_etl_tests.commands import JOB_ETL, Call, caller
from job_etl_tests.marts import WEIGHTS
from job_etl_tests.warehouse.boards import bring_in, day, land, posting

COMMANDS = [
    "run",
    "demo",
    "dev",
    "crawl",
    "land",
    "sources",
    "boards",
    "top",
    "explain",
    "history",
    "rejects",
    "status",
]
KEYS = ["ab" + "0" * 30, "ab" + "1" * 30, "cd" + "0" * 30]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    return caller(monkeypatch, capfd)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with no database, no landing zone and no configuration but the packaged one."""
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def told(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a board that changed, what was refused of it, and three ranked jobs; its URL."""
    landing = Landing(str(tmp_path_factory.mktemp("zone")))
    anonymous = posting(3)
    del anonymous["id"]
    land(landing, day(0), [posting(1), posting(2), anonymous])
    land(landing, day(1), [posting(1, "Senior Data Engineer\x1b[31m"), anonymous])
    with connect(shared_database_url) as connection:
        bring_in(connection, landing)
        _rank(connection)
    return shared_database_url


def _rank(connection: psycopg.Connection) -> None:
    explained = {
        name: {"score": 1, "weight": weight, "contribution": 100 * weight, "known": True, "evidence": {"value": "x"}}
        for name, weight in WEIGHTS.items()
        if name in ("employment_type", "remote_type", "company_size")
    }
    connection.execute("insert into marts.dim_companies (company, company_key) values ('Northwind', 'northwind')")
    for number, key in enumerate(KEYS):
        connection.execute(
            """
            insert into marts.fact_jobs (
                hash_key, job_title, company_id, source, sources, posted_at, first_seen_at, rank_score, rank_explain,
                location_std, job_link, excluded_by
            )
            select
                %s, %s, company_id, 'lever', '{lever}', now(), now(), %s, %s, 'Lisbon, PT', 'https://x.example/1', %s
            from marts.dim_companies
            """,
            [key, f"Data Engineer [{number}] :smile:", 90 - number, Jsonb(explained), "Acme" if number == 2 else None],
        )


@pytest.fixture
def asking(told: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command on that database."""
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", told)
    return call


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["db"], ["db", "reset"], ["boards", "add"]])
def test_help_says_what_a_command_does(call: Call, command: list[str]) -> None:
    said = call(*command, "--help")
    assert said.status == 0
    assert f"Usage: job-etl{''.join(f' {word}' for word in command)}" in said.out
    assert not said.err


def test_the_first_help_names_every_command(call: Call) -> None:
    said = call("-h")
    assert all(re.search(rf"│ {name} ", said.out) for name in [*COMMANDS, "db"])
    assert call().out == said.out.rstrip("\n") + "\n"


def test_the_help_and_the_quick_commands_import_no_dagster(own_home: Path) -> None:
    code = "import sys; from job_etl.cli import main\ntry: main()\nfinally: print('dagster' in sys.modules)"
    for arguments in (["--help"], ["sources"], ["land", "x", "-s", "lever", "-b", "x"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "False", arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nosuch"], "No such command 'nosuch'. See: job-etl --help"),
        (["land", "x"], "Missing option '--source' / '-s'. See: job-etl land --help"),
        (["top", "-n", "0"], "Invalid value for '--count' / '-n'"),
        (["top", "--nosuch"], "No such option: --nosuch"),
        (["history", "lever"], "Invalid value for SOURCE/ID: 'lever' is not SOURCE/ID, such as greenhouse/4012345"),
        (["land", "x", "-s", "lever", "-b", "x", "--collected-at", "noon"], "'noon' is not a time such as 2026-11-24"),
        (["land", "x", "-s", "lever", "-b", "x", "--collected-at", "2999-01-01"], "2999-01-01 is in the future"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(own_home: Path, call: Call, arguments: list[str], message: str) -> None:
    said = call(*arguments)
    assert said.status == 2
    assert len(said.errors) == 1
    assert message in said.errors[0]
    assert not said.out


def test_the_best_jobs_are_listed_and_excluded_ones_are_not(asking: Call) -> None:
    said = asking("top")
    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0].split() == ["#", "score", "key", "job", "company", "location", "why"]
    assert [line.split()[2] for line in lines[1:]] == ["ab000000", "ab111111"]
    assert "Data Engineer [0] :smile:" in lines[1]
    assert len(asking("top", "-n", 1).out.splitlines()) == 2


def test_the_best_jobs_as_json_have_the_reasons_and_plain_numbers(asking: Call) -> None:
    first, _ = asking("top", "--json").json
    assert (first["rank"], first["score"], first["hash_key"]) == (1, 90.0, KEYS[0])
    assert first["reasons"] == ["x", "x employees"]
    assert set(first["rank_explain"]) == {"employment_type", "remote_type", "company_size"}


def test_a_job_is_explained_by_the_beginning_of_its_key(asking: Call) -> None:
    said = asking("explain", "CD")
    assert said.status == 0
    assert "score 88" in said.out
    assert "not listed: Acme" in said.out
    assert re.search(r"employment_type +1\.00 +0\.05 +5\.00 +value: x", said.out)
    assert asking("explain", KEYS[0], "--json").json["hash_key"] == KEYS[0]


def test_an_ambiguous_key_says_which_there_are(asking: Call) -> None:
    said = asking("explain", "ab")
    assert said.status == 1
    assert said.errors == [
        "several jobs have keys that begin with 'ab': give more of the key, such as "
        "ab0000 Data Engineer [0] :smile:, ab1111 Data Engineer [1] :smile:"
    ]


def test_a_key_that_no_job_has_is_an_error(asking: Call) -> None:
    said = asking("explain", "ff")
    assert (said.status, said.errors) == (1, ["there is no job with the key 'ff': job-etl top shows the keys"])


def test_a_postings_history_has_its_events_in_order(asking: Call) -> None:
    events = asking("history", "greenhouse/1", "--json").json
    assert [(event["kind"], event["field"]) for event in events] == [
        ("opened", None),
        ("changed", "seniority_level"),
        ("changed", "title"),
    ]
    assert events[0]["changed_at"] == "2026-03-02T07:00:00+00:00"
    assert [event["kind"] for event in asking("history", "greenhouse/2", "--json").json] == ["opened", "closed"]
    table = asking("history", "greenhouse/1").out
    assert re.search(r"2026-03-03 07:00  changed +title +Data Engineer +Senior Data Engineer", table)


def test_what_steers_a_terminal_is_not_printed(asking: Call) -> None:
    assert "\x1b" not in asking("history", "greenhouse/1").out


def test_the_history_of_no_posting_is_an_error(asking: Call) -> None:
    assert asking("history", "greenhouse/9").errors == ["no posting of greenhouse has the id '9'"]


def test_what_was_refused_is_listed_with_the_reason_and_the_payload(asking: Call) -> None:
    said = asking("rejects")
    assert "greenhouse/northwind" in said.out
    assert "the payload has no `id`" in said.out
    (reject, *_) = asking("rejects", "--json", "--source", "greenhouse").json
    assert reject["content"]["title"] == "Data Engineer"
    assert asking("rejects", "--source", "lever").out == "Nothing was refused.\n"


def test_the_status_counts_what_there_is(asking: Call, own_home: Path) -> None:
    status = asking("status", "--json").json
    assert status["home"] == str(own_home)
    assert (status["crawls_loaded"], status["postings_open"], status["postings_closed"]) == (2, 1, 1)
    assert (status["jobs_open"], status["crawls_to_load"]) == (3, 0)
    assert re.search(r"^postings open +1$", asking("status").out, re.MULTILINE)


def test_before_the_first_run_commands_say_what_to_do_next(
    call: Call, empty_database_url: str, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", empty_database_url)
    for arguments in (["top"], ["explain", "x"], ["rejects"], ["history", "lever/1"]):
        said = call(*arguments)
        assert said.status == 1
        assert said.errors == ["nothing has been loaded yet. Next: job-etl run, or job-etl demo"]
    assert call("status", "--json").json["crawls_to_load"] == 0


def test_every_source_is_listed_with_what_it_needs(call: Call, own_home: Path) -> None:
    land(Landing(paths.landing_url()), day(0), [posting(1)], board="gitlab")
    listed = {entry["source"]: entry for entry in call("sources", "--json").json}
    assert listed["adzuna"]["needs"] == ["ADZUNA_APP_ID", "ADZUNA_APP_KEY"]
    assert listed["adzuna"]["state"] == "needs a key"
    assert re.search(r"^adzuna +needs a key +\d+ +ADZUNA_APP_ID, ADZUNA_APP_KEY$", call("sources").out, re.MULTILINE)


def test_a_saved_answer_is_landed_and_the_next_step_is_named(call: Call, own_home: Path) -> None:
    for number in (1, 2):
        (own_home / f"page{number}.json").write_text(json.dumps({"jobs": [posting(number)]}))
    said = call(
        *("land", "-s", "greenhouse", "-b", "northwind", "--company", "Northwind", "--collected-at", "2026-03-02"),
        *(own_home / f"page{number}.json" for number in (1, 2)),
    )
    assert (said.status, said.err) == (0, "")
    assert said.out == "greenhouse/northwind: 2 postings landed. Next: job-etl run --no-crawl\n"
    landing = Landing(paths.landing_url())
    (file,) = landing.crawls()
    assert landing.facts(file).collected_at == day(-7 / 24)
    assert landing.facts(file).company == "Northwind"


def test_payloads_that_will_not_count_are_told_of_when_they_are_landed(call: Call, own_home: Path) -> None:
    anonymous: dict[str, Any] = posting(3)
    del anonymous["id"]
    (own_home / "page.json").write_text(json.dumps({"jobs": [posting(1), posting(1), anonymous]}))
    said = call("land", "-s", "greenhouse", "-b", "x", own_home / "page.json")
    assert said.status == 0
    assert said.err.splitlines() == [
        "warning: 1 of them without an id: they will be rejected, with the reason",
        "warning: 1 of them repeat the id of another: the last of each counts",
    ]


def test_a_database_that_is_configured_is_never_deleted(asking: Call) -> None:
    said = asking("db", "reset", "--yes")
    assert said.status == 1
    assert said.errors == ["the database is configured by the environment: delete it where it runs"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://me:geheim@db.example:5433/jobs?sslmode=require",
            "postgresql://me@db.example:5433/jobs?sslmode=require",
        ),
        ("postgresql+psycopg://me:ge%40heim@db.example/jobs", "postgresql://me@db.example/jobs"),
        ("postgresql://db.example/jobs?user=me&password=geheim", "user=me dbname=jobs host=db.example"),
        ("host=db.example password=geheim dbname=jobs", "dbname=jobs host=db.example"),
        ("postgresql://me@db.example/jobs", "postgresql://me@db.example/jobs"),
    ],
)
def test_a_configured_url_is_shown_without_its_password(
    call: Call, monkeypatch: pytest.MonkeyPatch, url: str, shown: str
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", url)
    assert call("db", "url").out == f"{shown}\n"
    assert call("db", "url", "--password").out.startswith(("postgresql://", "host="))


def test_psql_works_on_the_database_and_its_status_is_the_commands(asking: Call) -> None:
    assert asking("db", "psql", "-tAc", "select count(*) from raw.crawls").out == "2\n"
    assert asking("db", "psql", "-c", "select nix").status == 1


def test_what_nobody_expected_is_one_line_and_a_log(
    call: Call, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "logs").write_text("a file where the folder should be")
    monkeypatch.setattr(cli.crawling, "_time", lambda text: 1 / 0)
    for home in (own_home, own_home / "fresh"):
        monkeypatch.setenv("JOB_ETL_HOME", str(home))
        said = call("land", "-s", "lever", "-b", "x", "x.json")
        assert said.status == 1
        (error,) = said.errors
        assert error.startswith("unexpected ZeroDivisionError: division by zero; where it happened stands in ")
        assert "ZeroDivisionError" in Path(error.rpartition(" in ")[2]).read_text()


def test_a_reader_that_has_seen_enough_is_no_error(told: str) -> None:
    command = f"JOB_ETL_DATABASE_URL='{told}' {JOB_ETL} top --json; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({command}) | head -c 1"], capture_output=True, text=True)
    assert done.stderr == "0\n"


REFUSED = "connection to server failed: Connection refused"


@pytest.mark.parametrize(
    ("errors", "line"),
    [
        (
            ["DagsterExecutionStepExecutionError: Error occurred", "job_etl.errors.TransientError: gone:\n try again"],
            "gone: try again",
        ),
        (
            ["Wrapped: ", "job_etl.errors.PermanentError: no such user", "psycopg.OperationalError: FATAL: …"],
            "no such user",
        ),
        (["Wrapped: ", "KeyError: 'x'", "ValueError: y"], "KeyError: 'x'"),
        (
            [
                "Wrapped: ",
                f"DbtError: failed\n\nErrors parsed from dbt logs:\n\nOops:\nDatabase Error\n  {REFUSED}\n\n",
            ],
            f"dbt: Database Error {REFUSED}",
        ),
        (
            ["DbtError: x\n\nErrors parsed from dbt logs:\n\n1 ERROR\n\n\x1b[31mFailure in test keys\x1b[0m\n\nGot"],
            "dbt: Failure in test keys Got",
        ),
        (
            [f"DbtError: x\nErrors parsed from dbt logs:\nFailure in model m\n\n  Database Error in m\n  {REFUSED}"],
            f"dbt: Database Error in m {REFUSED}",
        ),
    ],
)
def test_what_a_step_failed_of_is_one_line(errors: list[str], line: str) -> None:
    told: SerializableErrorInfo | None = None
    for error in reversed(errors):
        kind = error.partition(":")[0].rpartition(".")[2]
        told = SerializableErrorInfo(f"{error}\n", [], kind, told)
    assert told is not None
    assert graph.cause(told) == line
