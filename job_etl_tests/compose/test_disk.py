"""Volumes that are full, Postgres's and the landing zone's: one clear line, nothing half written, and on it goes.

The tests build on each other in their order. Postgres's volume holds Dagster's database too, so a run may not even be
able to say that it failed; Postgres's log then has the line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from job_etl_tests.compose.disks import Disk, mounted
from job_etl_tests.compose.stack import IMAGE, LAND_SAMPLE, Stack, until

pytestmark = [pytest.mark.stacks, pytest.mark.timeout(1800)]

POSTINGS = 1000


@dataclass(frozen=True, slots=True)
class Small:
    """A stack whose volumes are small disks, and a board that its crawls are answered by."""

    stack: Stack
    database: Disk
    data: Disk


def _over(database: Disk, data: Disk, provider: Path) -> str:
    """A file over `compose.yaml`: where two of the volumes lie, and a provider of postings on the stack's network."""

    def on(disk: Disk) -> dict[str, object]:
        return {"driver": "local", "driver_opts": {"type": "none", "o": "bind", "device": str(disk.folder)}}

    server = {
        "image": IMAGE,
        "command": ["python", "-m", "http.server", "8000", "--directory", "/srv"],
        "volumes": [f"{provider}:/srv:ro"],
        "networks": ["outside"],
    }
    address = {"environment": {"JOB_ETL_GREENHOUSE_BASE_URL": "http://provider:8000"}}
    return yaml.safe_dump(
        {"services": {"provider": server, "code": address}, "volumes": {"postgres": on(database), "data": on(data)}}
    )


def _board(folder: Path) -> None:
    """A board too large for a quarter of a megabyte, as its postings are noise."""
    postings = [
        {
            "id": number,
            "title": f"Engineer {number}",
            "location": {"name": "Berlin"},
            "absolute_url": f"https://example.org/{number}",
            "content": os.urandom(512).hex(),
        }
        for number in range(POSTINGS)
    ]
    board = folder / "v1" / "boards" / "acme" / "jobs"
    board.parent.mkdir(parents=True)
    board.write_text(json.dumps({"jobs": postings, "meta": {"total": len(postings)}}))


@pytest.fixture(scope="module")
def small(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder = tmp_path_factory.mktemp("small")
    (folder / "provider").mkdir()
    _board(folder / "provider")
    with mounted(folder / "database", "400m") as database, mounted(folder / "data", "100m") as data:
        over = folder / "over.yaml"
        over.write_text(_over(database, data, folder / "provider"))
        stack = Stack("jobetlsmall", folder / "stack", over=[over], JOB_ETL_AUTOMATION="off")
        with stack.in_use():
            yield Small(stack, database, data)


def test_a_database_that_is_full_fails_a_command_with_one_line(small: Small) -> None:
    small.stack.admin("python", "-c", LAND_SAMPLE)
    small.database.fill(but=1_000_000)
    said = small.stack.admin("job-etl", "run", "--no-crawl", check=False)
    small.database.clear()
    (error,) = [line for line in said.stderr.splitlines() if line.startswith("error: ")]
    assert said.returncode == 1
    assert error.startswith("error: raw/job_postings_raw: job_etl_user@postgres:5432/job_etl: could not extend file")
    assert error.endswith("No space left on device: free space on the disk of the database, and run again")
    assert "Traceback" not in said.stdout + said.stderr


def test_a_run_whose_database_runs_full_is_taken_up_when_there_is_room(small: Small) -> None:
    stack = small.stack
    run = stack.started("load_landed")
    small.database.fill()
    told = "Dagster's database does not take the news that a run has ended, .*No space left on device"
    until(lambda: bool(stack.logs("code", told)) or stack.has_failed(run), 180, lambda: str(stack.runs(run)))
    assert stack.logs("postgres", "No space left on device\n.* HINT: +Check free disk space")
    small.database.clear()
    # A retry that was made while nothing could be written is not queued, and failed when its time to start is up.
    assert stack.finish(run, 600)[0] == "SUCCESS"
    assert stack.psql("select count(*) from raw.crawls where staged_at is null") == "0"


def test_a_landing_zone_that_is_full_is_filled_when_there_is_room(small: Small) -> None:
    small.stack.config.joinpath("sources.yml").write_text("greenhouse: {boards: [acme]}\n")
    small.data.fill(but=256 << 10)
    run = small.stack.launch("jobs_etl_daily")
    until(lambda: small.stack.has_failed(run), 180, lambda: str(small.stack.runs(run)))
    small.data.clear()
    line = "landing zone /var/lib/job-etl/landing: No space left on device: free space there, and run again"
    assert small.stack.events(run, line)
    assert small.stack.finish(run, 300)[0] == "SUCCESS"
    seen = "select count(*) from raw.sightings join raw.crawls using (crawl_id) where board = 'acme'"
    assert small.stack.psql(seen) == str(POSTINGS)


def test_what_was_made_on_full_disks_is_what_is_made_where_there_is_room(small: Small) -> None:
    before = small.stack.marts()
    small.stack.admin("job-etl", "rebuild", "--yes")
    assert small.stack.marts() == before
