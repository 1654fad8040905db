"""Calling the command `job-etl` in tests: in this process where that shows the same, else as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from job_etl import cli

JOB_ETL = str(Path(sys.executable).with_name("job-etl"))


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        """The lines that tell of an error; there is never a traceback."""
        assert "Traceback" not in self.err + self.out
        return [line.removeprefix("error: ") for line in self.err.splitlines() if line.startswith("error: ")]


Call = Callable[..., Said]


def caller(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command in this process: `call("top", "-n", 3)`."""

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["job-etl", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err)

    return call


def run(*arguments: object, home: Path, **more: str) -> Said:
    """Call the command in a process of its own, with a home of its own."""
    done = subprocess.run(
        [JOB_ETL, *map(str, arguments)], env=surroundings(home, **more), capture_output=True, text=True
    )
    return Said(done.returncode, done.stdout, done.stderr)


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process with a home of its own, and no setting but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JOB_ETL_", "DAGSTER_"))}
    return {**kept, "JOB_ETL_HOME": str(home), **more}
