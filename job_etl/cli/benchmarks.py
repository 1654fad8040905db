"""`bench`: how fast this machine does the work, and whether that is what it should be."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl.cli.quality import quality
from job_etl.cli.terminal import complain, note, say, show_table

if TYPE_CHECKING:
    from job_etl.bench import Figure


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer()
    group.callback(invoke_without_command=True)(bench)
    group.command()(quality)
    app.add_typer(group, name="bench", rich_help_panel="Operating a server")


def bench(
    context: typer.Context,
    rows: Annotated[int, typer.Option("--rows", "-n", min=100, metavar="N", help="Payloads in the corpus.")] = 10_000,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="load, stage, again, delta or memory; may be given again."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there.")] = None,
) -> None:
    """Measure the stages on a generated corpus, each beside a baseline, in a database of its own that is dropped again.

    The exit status is 1 only where something is wrong that cannot be noise.
    """
    if context.invoked_subcommand:
        return
    from job_etl.bench import measure
    from job_etl.warehouse.connect import owner_database_url

    measured = measure(owner_database_url(), rows, only=only or (), say=note)
    say(", ".join(f"{name} {value}" for name, value in measured.surroundings.items()))
    say()
    columns = ["what", "rows/s", "seconds", "ratio", "to", "target", "met"]
    show_table(columns, [_row(figure) for figure in measured.figures], numbers=["rows/s", "seconds", "ratio"])
    if json_file:
        json_file.write_text(json.dumps(asdict(measured), indent=2, default=str) + "\n", encoding="utf-8")
    for line in measured.broken:
        complain(line)
    if measured.broken:
        raise typer.Exit(1)


def _row(figure: Figure) -> list[str]:
    return [
        figure.name,
        f"{figure.rate:,.0f}" if figure.rows and figure.seconds else "",
        f"{figure.seconds:.2f}" if figure.seconds else "",
        f"{figure.ratio:.1f}" if figure.ratio else "",
        figure.baseline or "",
        figure.target or "",
        {True: "yes", False: "no", None: ""}[figure.met],
    ]
