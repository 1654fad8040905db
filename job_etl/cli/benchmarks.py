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
    from job_etl.bench import Figure, Measured


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
        typer.Option(
            "--only",
            metavar="NAME",
            help="load, stage, again, hash, marts, profile, delta, memory, fields or dlt; may be given again.",
        ),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option("--sizes", metavar="N,N…", help="Instead of --rows: several sizes, compared with each other."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw time against size (extra `bench`).")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there.")] = None,
) -> None:
    """Measure the stages on a generated corpus, each beside a baseline, in a database of its own that is dropped again.

    The exit status is 1 only where something is wrong that cannot be noise.
    """
    if context.invoked_subcommand:
        return
    from job_etl.bench import MEASUREMENTS, curves, grown, measure, plot
    from job_etl.warehouse.connect import owner_database_url

    # Where sizes are compared, not what would stay in the memory that the next size is judged by.
    wanted = only or [name for name in MEASUREMENTS if not (sizes and name in ("dlt", "fields"))]
    runs = []
    for size in _sizes(sizes) if sizes else [rows]:
        runs.append(measure(owner_database_url(), size, only=wanted, say=note))
        _show(runs[-1])
        if json_file:  # at once: the next size may take an hour, and be stopped
            content = [asdict(run) for run in runs] if sizes else asdict(runs[0])
            json_file.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
        if picture:
            plot(runs, picture)
    if len(runs) > 1:
        compared = [
            [curve.name, f"{curve.slope:.2f}", *(f"{s:.1f} s" for s in curve.seconds)] for curve in curves(runs)
        ]
        headings = [f"{run.rows:,}" for run in sorted(runs, key=lambda run: run.rows)]
        show_table(["what", "time grows with n to the", *headings], compared, numbers=headings)
    broken = [line for run in runs for line in run.broken] + grown(runs)
    for line in broken:
        complain(line)
    if broken:
        raise typer.Exit(1)


def _sizes(text: str) -> list[int]:
    try:
        return [int(size) for size in text.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no list of numbers such as 10000,30000", param_hint="--sizes") from None


def _show(measured: Measured) -> None:
    say(f"rows {measured.rows:,}, " + ", ".join(f"{name} {value}" for name, value in measured.surroundings.items()))
    say()
    columns = ["what", "rows/s", "seconds", "CPU s", "ratio", "CPU ratio", "to", "target", "met"]
    show_table(columns, [_row(figure) for figure in measured.figures], numbers=columns[1:6])
    say()


def _row(figure: Figure) -> list[str]:
    return [
        figure.name,
        f"{figure.rate:,.0f}" if figure.rows and figure.seconds else "",
        f"{figure.seconds:.2f}" if figure.seconds else "",
        f"{figure.cpu:.2f}" if figure.cpu else "",
        f"{figure.ratio:.1f}" if figure.ratio else "",
        f"{figure.cpu_ratio:.1f}" if figure.cpu_ratio else "",
        figure.baseline or "",
        figure.target or "",
        {True: "yes", False: "no", None: ""}[figure.met],
    ]
