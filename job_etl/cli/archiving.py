"""`archive`: what closed long ago moves to Parquet files, and can be asked there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from job_etl.cli.arguments import AsJson
from job_etl.cli.terminal import say, show_json, show_table, warn

app = typer.Typer(invoke_without_command=True)


@app.callback()
def archive(
    context: typer.Context,
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="Only what closed longer ago: 365d, 52w, 1y.")
    ] = "365d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would move.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move the payloads, sightings and history of postings that closed long ago to Parquet files.

    They go to JOB_ETL_ARCHIVE_URL (a path, s3://…, gs://…), else to .archive in the landing zone, a month at a time,
    and are read again before they leave the database. The postings themselves and their jobs stay.
    """
    if context.invoked_subcommand:
        return
    from job_etl.archive import archive as move
    from job_etl.archive import archive_url, closed_before
    from job_etl.cli.database import filled

    before, url = closed_before(older_than), archive_url()
    with filled() as connection:
        moved = move(connection, url, before, dry_run=dry_run)
    if as_json:
        show_json({"closed_before": before, "archive": url, "dry_run": dry_run, **asdict(moved)})
        return
    will = "would move" if dry_run else "moved"
    say(
        f"{moved.postings} postings that closed before {before:%Y-%m-%d}: {moved.payloads} payloads, {moved.sightings}"
        f" sightings and {moved.changes} events {will} to {url}"
        + ("" if dry_run else f", {moved.files} files, {moved.bytes / 1e6:.1f} MB")
    )
    if moved.postponed:
        warn(f"{moved.postponed} parts stayed, as a posting of each was seen again meanwhile: run it again")


@app.command()
def query(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="DuckDB's SQL.")],
    as_json: AsJson = False,
) -> None:
    """Ask the archive in SQL; its tables are payloads, sightings and changes.

    For example: job-etl archive query "select source, month, count(*) from payloads group by all order by all"
    """
    from job_etl.archive import archive_url
    from job_etl.archive import query as ask

    answer = ask(archive_url(), statement)
    if as_json:
        show_json(answer.to_pylist())
    else:
        show_table(answer.column_names, [tuple(row.values()) for row in answer.to_pylist()])
