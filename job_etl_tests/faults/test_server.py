"""A database that is killed in the middle of each stage of a run: one clear line, and the next run makes it good.

A stage is in its middle when it waits for a lock that the test holds: the moment needs no luck.
"""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

import psycopg
import pytest

from job_etl.warehouse import bootstrap
from job_etl_tests.faults.runs import Alone, Run, assert_as_if_left_alone, database, kill_server, unfinished_runs
from job_etl_tests.provider import Asked, Provider, Said, page

pytestmark = pytest.mark.faults

LOST = "(server closed the connection|terminating connection|the connection is lost|not yet accepting connections)"
STAGES = {
    "bootstrap": (
        f"select pg_advisory_lock({bootstrap._LOCK})",
        f"bootstrap/schema: the schema was not set up, nothing was changed: .*{LOST}",
    ),
    "raw": ("lock table raw.crawls", f"raw/job_postings_raw: .*{LOST}"),
    "staging": ("lock table staging.postings", f"staging: .*{LOST}"),
    "marts": ("lock table marts.fact_jobs", f"marts: dbt: Database Error.*{LOST}"),
    "exports": ("lock table marts.fact_jobs", f"exports/ranked_jobs: .*{LOST}"),
}
"""What each stage is held by, and the line that tells of the server's end."""


def test_a_server_that_is_killed_in_any_stage_fails_the_run_with_one_line_and_the_next_one_makes_it_good(
    alone: Alone, landed: Path
) -> None:
    for stage, (lock, line) in STAGES.items():
        run = Run(landed)
        assert run.wait_for("dagster")
        with contextlib.suppress(psycopg.OperationalError), database(landed) as connection:
            assert run.wait_for(stage)
            connection.execute("begin")
            connection.execute(lock)  # type: ignore[arg-type]
            _wait_for_somebody_waiting(connection)
            kill_server(landed)
        said = run.ended()
        assert said.status == 1
        (error,) = said.errors
        assert re.match(line, error), error
    assert Run(landed).ended().status == 0
    assert_as_if_left_alone(landed, alone)
    assert unfinished_runs(landed) == 0


def _wait_for_somebody_waiting(connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + 60
    while connection.execute("select from pg_locks where not granted").fetchone() is None:
        assert time.monotonic() < deadline, "nobody waits for the lock"
        time.sleep(0.01)


def test_a_crawl_goes_on_while_the_server_is_killed_and_the_run_takes_the_next_server(landed: Path) -> None:
    (landed / "config" / "sources.yml").write_text("greenhouse: {boards: [acme]}\n")
    posting = {"id": 1, "title": "Data Engineer", "location": {"name": "Oslo"}, "absolute_url": "https://e.org/1"}

    def kill_and_answer(asked: Asked) -> Said | None:
        kill_server(landed)
        return page({"jobs": [posting], "meta": {"total": 1}})(asked)

    with Provider() as provider:
        provider.at("/v1/boards/acme/jobs", kill_and_answer)
        said = Run(landed, "--source", "greenhouse", JOB_ETL_GREENHOUSE_BASE_URL=provider.url).ended()
    assert (said.status, said.errors) == (0, [])
    with database(landed) as connection:
        found = connection.execute("select title from staging.postings where board = 'acme'").fetchall()
    assert found == [("Data Engineer",)]
