"""`sources`: what is configured and how it is doing, and adding a board by its address."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from job_etl import paths
from job_etl.cli import boards
from job_etl.cli.arguments import AsJson
from job_etl.cli.terminal import minute, show_json, show_table

if TYPE_CHECKING:
    from job_etl.health import SourceHealth

app = typer.Typer()
app.command()(boards.add)


@app.callback(invoke_without_command=True)
def sources(context: typer.Context, as_json: AsJson = False) -> None:
    """What is configured, what each source needs, and when each last worked.

    A source is on when it has boards in sources.yml and its keys are there. Single boards: job-etl boards list. With
    --json it says what the provider asks of you too.
    """
    if context.invoked_subcommand:
        return
    from job_etl.config.sources import load as load_config
    from job_etl.health import source_health
    from job_etl.landing import Landing
    from job_etl.sources import SOURCES

    health = source_health(load_config(), Landing(paths.landing_url()))
    if as_json:
        show_json([{**entry.as_dict(), "terms": asdict(SOURCES[entry.source].terms)} for entry in health])
        return
    show_table(
        [
            "source",
            "state",
            "boards",
            "not in full",
            "needs",
            "last good crawl",
            "postings",
            "rejects",
            "next due",
            "last trouble",
        ],
        [
            (
                entry.source,
                entry.state,
                entry.boards,
                entry.unread or None,
                ", ".join(entry.needs),
                minute(entry.last_good),
                entry.postings,
                entry.rejects or None,
                _due(entry),
                entry.last_trouble,
            )
            for entry in health
        ],
        numbers=["boards", "not in full", "postings", "rejects"],
    )


def _due(entry: SourceHealth) -> str | None:
    if entry.state != "on" or not entry.boards:
        return None
    now = datetime.now(UTC)
    return minute(entry.next_due) if entry.next_due and entry.next_due > now else "now"
