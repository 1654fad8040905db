"""`run`, `demo` and `dev`: the whole graph, in this process or in the UI."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from job_etl import paths
from job_etl.cli.crawling import Sources
from job_etl.cli.terminal import complain, quiet_with_progress, say, show_table
from job_etl.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(demo)
    app.command()(dev)


def run(
    source: Sources = None,
    no_crawl: Annotated[bool, typer.Option("--no-crawl", help="Only what lies in the landing zone.")] = False,
) -> None:
    """Run the whole graph as one Dagster run, which the UI shows afterwards."""
    _run(sources=source or [], crawling=not no_crawl)


def demo() -> None:
    """Land the bundled sample of invented postings, run the graph on it, and show the result."""
    from job_etl.landing import Landing
    from job_etl.sample import land_sample

    crawls = land_sample(Landing(paths.landing_url()))
    say(f"sample: {sum(facts.payloads for facts in crawls)} postings in {len(crawls)} crawls landed")
    _run(sources=[], crawling=False)


def dev(
    port: Annotated[int, typer.Option("--port", "-p", help="Where the UI listens, on this machine only.")] = 3000,
) -> None:
    """Start Dagster's UI and daemon on the same database as the commands, until you press Ctrl-C."""
    from job_etl.instance import ensure_dagster_home
    from job_etl.warehouse.connect import database_url

    ensure_dagster_home()
    database_url()  # holds the embedded server for as long as the UI is up
    workspace = paths.project_file("workspace.yaml")
    command = [_beside_python("dagster"), "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    # A child and not exec: the child gets the signals as a terminal would send them, and the lease outlives it.
    process = subprocess.Popen(command, restore_signals=True)  # noqa: S603
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: process.send_signal(received))
    raise typer.Exit(process.wait())


def _run(*, sources: list[str], crawling: bool) -> None:
    from job_etl.instance import ensure_dagster_home

    ensure_dagster_home()
    began = datetime.now(UTC)
    log = paths.home() / "logs" / f"run-{began:%Y%m%dT%H%M%S}.log"
    say(f"running the graph; what it writes goes to {log}")
    with quiet_with_progress(log):
        result = _execute(sources=sources, crawling=crawling)
    if result.success:
        _summarise(began)
    for trouble in _troubles(result):
        complain(trouble)
    if not result.success:
        raise typer.Exit(1)


def _execute(*, sources: list[str], crawling: bool) -> Any:
    import dagster as dg

    from job_etl.definitions import defs
    from job_etl.sources import SOURCES

    for name in sources:
        if name not in SOURCES:
            raise ConfigError(f"there is no source {name!r} (known: {', '.join(SOURCES)})")
    keys = [dg.AssetKey(["sources", name]) for name in (sources or SOURCES if crawling else [])]
    selection = dg.AssetSelection.all() - dg.AssetSelection.groups("sources") | dg.AssetSelection.assets(*keys)
    job = defs.resolve_job_def("jobs_etl_daily")
    chosen = selection.resolve(defs.resolve_asset_graph())
    with dg.DagsterInstance.get() as instance:
        return job.execute_in_process(
            instance=instance,
            asset_selection=list(chosen),
            raise_on_error=False,
            tags={"job_etl/started_by": "command line"},
        )


def _summarise(began: datetime) -> None:
    from job_etl import ranking
    from job_etl.cli.showing import show_ranked
    from job_etl.summary import SourceSummary, summarise
    from job_etl.warehouse.connect import connect

    with connect() as connection:
        sources = summarise(connection, began)
        jobs = ranking.top(connection, 10)
    columns = [field.name for field in fields(SourceSummary)]
    show_table(columns, [astuple(row) for row in sources], numbers=columns[1:])
    if not any(row.new or row.changed for row in sources):
        say("Nothing new: no posting changed.")
    if jobs:
        say()
        show_ranked(jobs)
        say()
        say(f"exports: {paths.exports_folder()}")


def _troubles(result: Any) -> list[str]:
    """One line for each step that failed and each check that is red."""
    lines = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error and error.cause:
                error = error.cause
            lines.append(f"{event.step_key}: {error.message.strip() if error else 'failed'}")
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed and evaluation.severity.value == "ERROR":
            key = evaluation.asset_key.to_user_string()
            lines.append(f"check {evaluation.check_name} of {key} is red: {evaluation.description or 'see the UI'}")
    return lines


def _beside_python(program: str) -> str:
    """A program of the virtual environment that runs this one, which need not be on PATH."""
    return str(Path(sys.executable).with_name(program))
