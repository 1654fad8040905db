"""Fixtures for tests that disturb runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from job_etl.embedded import destroy
from job_etl_tests.faults.runs import Alone, Run, exports, made, sample_home


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """What a run that was left alone makes of the sample."""
    home = sample_home(tmp_path_factory.mktemp("alone"))
    run = Run(home)
    said = run.ended()
    assert (said.status, said.errors) == (0, [])
    began = sorted(run.stages.items(), key=lambda stage: stage[1])
    seconds = {name: after - at for (name, at), (_, after) in pairwise(began)}
    left_alone = Alone(made(home), exports(home), seconds)
    destroy(home)
    return left_alone


@pytest.fixture
def landed(tmp_path: Path) -> Iterator[Path]:
    """A home with the sample landed and nothing else."""
    home = sample_home(tmp_path / "home")
    yield home
    destroy(home)  # as root the data may lie outside the home, where pytest does not clean up
