"""Writing to the person: lines, tables, JSON and questions."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Postings are strangers' text: what steers a terminal (ECMA-48 controls) never reaches one.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_ENDLESS = 100_000


def console(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """A console that takes text for text: no markup, no emoji codes, no guessing of what to colour."""
    return Console(file=file, stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


def complain(message: str) -> None:
    """What went wrong, on standard error: a line, or one for each of several mistakes."""
    _tell("error: ", "red", message)


def warn(message: str) -> None:
    """What a person should know though the work goes on, on standard error."""
    _tell("warning: ", "yellow", message)


def say(message: str = "", *, style: str = "") -> None:
    """A line on standard output."""
    console().print(Text(printable(message), style=style))


def note(message: str) -> None:
    """A line about the work itself, on standard error, where it does not mix with the result."""
    console(stderr=True).print(Text(printable(message)))


def show_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_as_json) + "\n")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: Sequence[str] = ()) -> None:
    """A table on standard output, a line a row where that is not a terminal.

    The columns named in `numbers` are aligned to the right. A cell may be a rich `Text`.
    """
    output = console()
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if output.is_terminal:
        output.print(table, soft_wrap=False)
        return
    output.width = _ENDLESS
    with output.capture() as captured:
        output.print(table, soft_wrap=False)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def minute(time: datetime | None) -> str | None:
    """A time to the minute, in UTC as everything is stored."""
    return f"{time:%Y-%m-%d %H:%M}" if time else None


def printable(text: str) -> str:
    """Text without what would steer the terminal."""
    return _CONTROL.sub("\ufffd", text)


def confirmed(question: str, *, yes: bool) -> bool:
    """Ask before what cannot be undone; without a terminal only `--yes` is a yes."""
    if yes:
        return True
    if not sys.stdin.isatty():
        complain(f"{question} Nobody is there to answer: say --yes.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _tell(label: str, style: str, message: str) -> None:
    for line in message.strip("\n").split("\n"):
        console(stderr=True).print(Text.assemble((label, style), printable(line)))


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    return Text("" if value is None else printable(" ".join(str(value).splitlines())))


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
