"""A clock that is stepped back between two runs: the times that crawls carry decide, and not when they were loaded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import psycopg
import pytest

from job_etl.landing import Landing
from job_etl_tests.faults.runs import Run, database
from job_etl_tests.provider import Provider, page
from job_etl_tests.warehouse.boards import bring_in, events, lives, posting, tables

pytestmark = pytest.mark.faults

LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")
"""Where Debian and Red Hat put the library that tells a program another time."""


@pytest.fixture
def three_days_back() -> Iterator[dict[str, str]]:
    """Settings under which a program, and all that it starts, takes it to be three days ago."""
    found = next(chain.from_iterable(Path("/").glob(pattern.lstrip("/")) for pattern in LIBRARIES), None)
    if found is None:
        pytest.skip("there is no libfaketime: apt-get install libfaketime")
    return {"LD_PRELOAD": str(found), "FAKETIME": "-3d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def test_what_a_run_saw_with_its_clock_stepped_back_stands_before_what_was_seen_before(
    landed: Path, three_days_back: dict[str, str], connection: psycopg.Connection
) -> None:
    (landed / "config" / "sources.yml").write_text("greenhouse: {boards: [northwind]}\n")
    with Provider() as provider:
        answers = [[posting(1), posting(2)], [posting(2), posting(3)]]
        provider.at("/v1/boards/northwind/jobs", *(page({"jobs": jobs, "meta": {"total": 2}}) for jobs in answers))
        for clock in ({}, three_days_back):
            settings = {"JOB_ETL_GREENHOUSE_BASE_URL": provider.url, **clock}
            said = Run(landed, "--source", "greenhouse", **settings).ended()
            assert (said.status, said.errors) == (0, [])
    bring_in(connection, Landing(str(landed / "landing")))
    told = [(name, kind) for name, _, kind, _ in events(connection) if name in "123"]
    assert told == [("1", "opened"), ("2", "opened"), ("3", "opened"), ("3", "closed")]
    with database(landed) as stepped:
        assert lives(stepped) == lives(connection)
        found, expected = tables(stepped), tables(connection)
    for table in ("changes", "jobs", "sightings"):
        assert found[table] == expected[table]
