"""Writing to the person: tables and progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from job_etl import progress

_PLAIN_EVERY_SECONDS = 5.0


def complain(message: str) -> None:
    """One line on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]error:[/red] {_escaped(message)}")


def say(message: str = "") -> None:
    """One line on standard output."""
    Console(highlight=False, soft_wrap=True).print(_escaped(message))


def show_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: Sequence[str] = ()) -> None:
    """A table on standard output; the columns named in `numbers` are aligned to the right."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else _escaped(str(value)) for value in row))
    console.print(table)


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask before what cannot be undone; without a terminal only `--yes` is a yes."""
    if yes:
        return True
    if not sys.stdin.isatty():
        complain(f"{question} Nobody is there to answer: say --yes.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


@contextmanager
def quiet_with_progress(log: Path) -> Iterator[None]:
    """Show the progress of the stages, and send everything else that is written to a log file.

    Dagster and dbt write to the process's own file descriptors, so it is these that are moved for the time.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(1), os.dup(2)
    with log.open("ab") as file, os.fdopen(os.dup(2), "w") as terminal:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            with _Bars(terminal) if terminal.isatty() else _Lines(terminal) as listener, progress.listening(listener):
                yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            os.close(kept[0])
            os.close(kept[1])


class _Bars:
    """A bar a stage, drawn anew while the work goes on."""

    def __init__(self, terminal: Any) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(file=terminal, force_terminal=True),
        )
        self._stages: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        if stage not in self._stages:
            for earlier in self._stages.values():
                self._progress.stop_task(earlier)
            self._stages[stage] = self._progress.add_task(stage, total=total, note=note)
        self._progress.update(self._stages[stage], completed=done, total=total, note=note)

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


class _Lines:
    """A line when a stage begins, and now and then while it goes on."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        now = time.monotonic()
        if stage == self._last[0] and now - self._last[1] < _PLAIN_EVERY_SECONDS and done != total:
            return
        self._last = (stage, now)
        self._terminal.write(f"{stage}: {done}{'' if total is None else f' of {total}'} {note}\n")
        self._terminal.flush()

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
