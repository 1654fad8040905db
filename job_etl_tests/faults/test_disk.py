"""Disks that are full, the landing zone's and the database's: one clear line, nothing half written, and on it goes.

The disks are small file systems in memory, which only root can mount.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from job_etl.embedded import folder
from job_etl.landing import Landing
from job_etl_tests import commands
from job_etl_tests.faults.runs import Alone, Run, assert_as_if_left_alone, database
from job_etl_tests.provider import Provider, page

pytestmark = pytest.mark.faults

Mount = Callable[[Path, str], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """A way to mount a small file system on a folder, or to change the size of one."""
    mounted: list[Path] = []

    def mount(place: Path, size: str) -> None:
        options = f"size={size},mode=711" + (",remount" if place in mounted else "")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted.append(place)

    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    yield mount
    for place in set(mounted):
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_landing_zone_that_is_full_keeps_what_it_has_and_is_filled_when_there_is_room(
    tmp_path: Path, mount: Mount
) -> None:
    zone = tmp_path / "landing"
    zone.mkdir()
    mount(zone, "256k")
    postings = [{"id": number, "title": os.urandom(512).hex()} for number in range(1000)]
    with Provider() as provider:
        provider.at("/v1/boards/acme/jobs", page({"jobs": postings, "meta": {"total": len(postings)}}))

        def crawl() -> commands.Said:
            options = ["--source", "greenhouse", "--board", "acme"]
            return commands.run("crawl", *options, home=tmp_path, JOB_ETL_GREENHOUSE_BASE_URL=provider.url)

        said = crawl()
        line = f"landing zone {zone}: No space left on device: free space there, and run again"
        assert (said.status, said.errors) == (1, [line])
        assert [file for file in zone.rglob("*") if file.is_file()] == []
        mount(zone, "16m")
        assert crawl().status == 0
    (file,) = Landing(str(zone)).crawls()
    assert len(list(Landing(str(zone)).payload_lines(file))) == len(postings)


def test_a_database_that_is_full_fails_the_run_with_one_line_and_goes_on_when_there_is_room(
    alone: Alone, landed: Path, mount: Mount
) -> None:
    place = folder.prepare(landed).path
    mount(place, "1g")
    assert commands.run("bootstrap", home=landed).status == 0
    with database(landed):
        free = os.statvfs(place)
        used = (free.f_blocks - free.f_bfree) * free.f_frsize
        mount(place, str(used + 300_000))
        said = Run(landed).ended()
        assert said.status == 1
        (error,) = said.errors
        assert error.startswith("raw/job_postings_raw: ")
        assert error.endswith("No space left on device: free space on the disk of the database, and run again")
        mount(place, "1g")
        assert Run(landed).ended().status == 0
    assert_as_if_left_alone(landed, alone)
