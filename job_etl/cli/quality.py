"""`bench quality`: how good the derived fields are, and what postings read as."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl.cli.terminal import say, show_table

if TYPE_CHECKING:
    from job_etl.quality.boards import Read

_DATA = "JOB_ETL_REALDATA"
_LONG = 300


def quality(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="FIELD", help="One field; may be given again.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FOLDER", help=f"The labelled data, else {_DATA}.")
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Instead: how many postings of each source have each field, and how.")
    ] = False,
    show: Annotated[
        int,
        typer.Option("--show", metavar="N", min=0, help="Instead: N random postings, with what was derived and why."),
    ] = 0,
) -> None:
    """Measure the derived fields on labelled data, each beside the obvious alternatives.

    Without labelled data only places and salaries are measured, on texts that come with the program.
    """
    from job_etl.quality.report import measure

    root = data or Path(os.environ.get(_DATA) or "../shared/data")
    if coverage:
        _show_coverage(root)
        return
    if show:
        _show_postings(root, show)
        return
    measures = list(measure(root, only or ()))
    show_table(
        ["field", "data", "rows", "system", "metric", "value", ""],
        [
            (
                row.field,
                row.data,
                row.n or "",
                row.system,
                row.metric,
                "" if row.value is None else f"{row.value:.3f}",
                row.note,
            )
            for row in measures
        ],
        numbers=["rows", "value"],
    )
    if json_file:
        json_file.write_text(json.dumps([asdict(row) for row in measures], indent=2, ensure_ascii=False) + "\n")


def _show_coverage(root: Path) -> None:
    from job_etl.quality.coverage import HOWS, coverage

    counts = coverage(root)
    sources = sorted({source for by_source in counts.values() for source in by_source})
    say("Percent of postings with a value: given, parsed, inferred.")
    rows = []
    for field, by_source in counts.items():
        shares = [
            "/".join(f"{100 * count[how] / count['all']:.0f}" for how in HOWS)
            if sum(count[how] for how in HOWS)
            else ""
            for count in map(by_source.__getitem__, sources)
        ]
        rows.append([field, *shares])
    totals = next(iter(counts.values()))
    rows.append(["postings", *(str(totals[source]["all"]) for source in sources)])
    show_table(["field", *sources], rows)


def _show_postings(root: Path, size: int) -> None:
    from job_etl.quality.coverage import sample

    for row in sample(root, size):
        _show_posting(row)


def _show_posting(row: Read) -> None:
    say(f"{row.capture.source}/{row.capture.board} {row.given.source_job_id}", style="bold")
    for field in fields(row.posting):
        value = getattr(row.posting, field.name)
        if field.name == "provenance" or value in (None, [], "unknown"):
            continue
        origin = row.posting.provenance.get(field.name)
        text = " ".join(str(value).split())
        shown = text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(text)} characters)"
        say(f"  {field.name}: {shown}" + (f"   [{origin.how}: {origin.rule}]" if origin else ""))
    say()
