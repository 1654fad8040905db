"""Showing how far a run is: bars on a terminal, plain lines elsewhere; what else is written goes to a log file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from job_etl import progress
from job_etl.cli.terminal import console, printable

_PLAIN_EVERY_SECONDS = 5.0


@contextmanager
def progress_shown(log: Path) -> Iterator[None]:
    """Show the progress of the stages on standard error, and send all other output of the block to a log file.

    Dagster and dbt write to the process's own file descriptors, so it is these that are moved for the time.
    """
    with log.open("ab") as file, os.fdopen(os.dup(2), "w") as screen, _moved(file):
        shown = _Bars(screen) if screen.isatty() else _Lines(screen)
        with shown, progress.listening(shown):
            yield


@contextmanager
def _moved(file: IO[bytes]) -> Iterator[None]:
    kept = os.dup(1), os.dup(2)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)


class _Bars:
    """A line a stage, drawn anew while the work goes on; a stage is over when the next one begins."""

    def __init__(self, screen: IO[str]) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<22}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]:>12}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console(screen),
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._stage: str | None = None
        self._task = TaskID(0)

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        if stage != self._stage:
            self._end()
            self._stage, self._task = stage, self._progress.add_task(stage, total=None, count="", note="")
        count = "" if not (done or total) else f"{done:,}" if total is None else f"{done:,} of {total:,}"
        self._progress.update(self._task, completed=done, total=total, count=count, note=printable(note))

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._progress.stop()

    def _end(self) -> None:
        if self._stage is not None:
            self._progress.update(self._task, completed=1, total=1)


class _Lines:
    """A line when a stage begins, now and then while it goes on, and when it ends."""

    def __init__(self, screen: IO[str]) -> None:
        self._screen = screen
        self._stage: str | None = None
        self._written_at = 0.0
        self._unwritten: str | None = None

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        if stage != self._stage:
            self._write()
            self._written_at = 0.0
        self._stage = stage
        count = "" if not (done or total) else str(done) if total is None else f"{done} of {total}"
        self._unwritten = ": ".join(filter(None, [stage, f"{count} {printable(note)}".strip()]))
        if time.monotonic() - self._written_at >= _PLAIN_EVERY_SECONDS:
            self._write()

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def _write(self) -> None:
        if self._unwritten is not None:
            print(self._unwritten, file=self._screen, flush=True)
            self._written_at, self._unwritten = time.monotonic(), None
