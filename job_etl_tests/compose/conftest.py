"""A Docker engine, and the image of the platform built on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from job_etl_tests.compose.stack import IMAGE, Stack, answers

STARTER = os.environ.get("JOB_ETL_DOCKER_LAB")  # read here, as no setting of this name reaches the tests


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine."""
    why = "JOB_ETL_DOCKER_LAB names no program that starts one"
    if not answers() and STARTER:
        started = subprocess.run([STARTER], capture_output=True, text=True)
        why = f"{STARTER} ended with {started.returncode}: {started.stderr.strip()[-200:]}"
    if not answers():
        pytest.skip(f"no Docker engine answers, and {why}")


@pytest.fixture(scope="session")
def image(engine: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The platform's image, of the code as it is."""
    Stack("jobetltest", tmp_path_factory.mktemp("image")).compose("build")
    return IMAGE


@pytest.fixture(scope="module")
def stack(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that is up, with nothing in it."""
    with Stack("jobetltest", tmp_path_factory.mktemp("stack")).in_use() as stack:
        yield stack
