"""`run`, `demo` and `dev`: the whole graph, in this process or in the UI."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl import paths
from job_etl.cli.arguments import AsJson, SourceNames
from job_etl.cli.terminal import complain, note, say, show_json, show_table, warn
from job_etl.errors import ConfigError, JobEtlError, PermanentError

if TYPE_CHECKING:
    from job_etl.cli.graph import Finished
    from job_etl.ranking import Ranked
    from job_etl.summary import SourceSummary

_PATIENCE_SECONDS = 10.0  # for a run under way to note that it was interrupted
_SHOWN = 20
_TOP = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (run, demo, dev):
        app.command(rich_help_panel="The whole way")(command)


def run(
    source: SourceNames = None,
    no_crawl: Annotated[
        bool, typer.Option("--no-crawl", help="Ask no provider: only bring in what lies in the landing zone.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Leave out boards that were crawled lately, such as by a run that was killed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Crawl, load, normalise, rank and export: the whole graph, as one Dagster run.

    Running it again is always safe, also after it was killed: what is done stays done, and what has not changed is not
    written again. The UI shows the run afterwards (job-etl dev). The exit status is 1 where a step failed, a check is
    red or a board could not be read in full; everything else is there all the same.
    """
    _run(None if no_crawl else source or [], only_due=due, as_json=as_json)


def demo(as_json: AsJson = False) -> None:
    """Try it without a network: land a bundled sample of invented postings, run the graph, show the best jobs.

    The sample goes into the same landing zone and database as real boards; `job-etl db reset --landing` takes all away.
    """
    from job_etl.landing import Landing
    from job_etl.sample import land_sample

    crawls = land_sample(Landing(paths.landing_url()))
    note(f"sample: {sum(facts.payloads for facts in crawls)} postings in {len(crawls)} crawls landed")
    _run(None, as_json=as_json)


def dev(
    port: Annotated[int, typer.Option("--port", "-p", help="Where the UI listens, on this machine only.")] = 3000,
) -> None:
    """Open Dagster's UI and daemon on the same database as the commands, until you press Ctrl-C.

    Schedules and sensors are off until they are switched on there (Automation).
    """
    from job_etl.instance import ensure_dagster_home
    from job_etl.warehouse.connect import database_url

    ensure_dagster_home()
    _refuse_taken(port)
    database_url()  # holds the embedded server for as long as the UI is up
    note(f"the UI comes up on http://localhost:{port}; Ctrl-C ends it")
    workspace = paths.project_file("workspace.yaml")
    command = [_beside_python("dagster"), "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    # Where a shell starts this in the background, an interrupt is ignored, and Dagster would take SIGTERM for one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # In a session of its own, so that a Ctrl-C reaches it once and not twice: its services are closed one by one.
    process = subprocess.Popen(command, start_new_session=True, restore_signals=True)  # noqa: S603
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGTERM))
    status = process.wait()
    _end(process.pid)
    raise typer.Exit(status)


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a run brought: each source's part in it, and the best jobs after it."""

    sources: list[SourceSummary]
    jobs: list[Ranked]


def _run(sources: Sequence[str] | None, *, only_due: bool = False, as_json: bool) -> None:
    """Run the graph, crawling these sources, all that are enabled where there are none, or nothing where None."""
    from job_etl.cli.graph import execute
    from job_etl.cli.watching import progress_shown
    from job_etl.config.ranking import load_ranking

    load_ranking()  # a mistake in it is told now and not after the crawl
    crawled = [] if sources is None else _enabled(sources)
    with ExitStack() as stack:
        _take_turn(stack, needed=sources is None)
        began = datetime.now(UTC)
        log = _log(began)
        note(f"running the graph; what it writes goes to {log}")
        with progress_shown(log):
            finished = execute(crawled, only_due=only_due)
        brought = _bring(began) if finished.success else None
    if as_json:
        show_json(_as_dict(finished, brought, log))
    elif brought:
        _show(brought)
    _tell(finished, log)
    if finished.interrupted:
        raise KeyboardInterrupt
    if finished.troubles or not finished.success:
        raise typer.Exit(1)


def _enabled(names: Sequence[str]) -> list[str]:
    from job_etl.config.sources import load as load_config

    config = load_config()
    config.chosen(names)  # refuses unknown names
    for name in names:
        if not config.is_enabled(name):
            raise ConfigError(f"source {name}: not enabled in {config.file}; job-etl sources says what it needs")
    return list(names) or [source.name for source in config.enabled()]


def _take_turn(stack: ExitStack, *, needed: bool) -> None:
    """Wait for other runs; without a database that is no use, but crawls need none."""
    from job_etl.cli.graph import turn

    try:
        stack.enter_context(turn())
    except JobEtlError as error:
        if needed:
            raise
        warn(f"{error}; crawling all the same")


def _log(began: datetime) -> Path:
    log = paths.home() / "logs" / f"run-{began:%Y%m%dT%H%M%S}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as error:
        raise PermanentError(f"cannot write to {log.parent}: {error.strerror}; set JOB_ETL_HOME") from error
    return log


def _bring(began: datetime) -> _Brought:
    from job_etl import ranking
    from job_etl.summary import summarise
    from job_etl.warehouse.connect import connect

    with connect() as connection:
        return _Brought(summarise(connection, began), ranking.top(connection, _TOP))


def _show(brought: _Brought) -> None:
    from job_etl.cli.showing import show_ranked
    from job_etl.summary import SourceSummary

    columns = [field.name for field in fields(SourceSummary)]
    show_table(columns, [astuple(row) for row in brought.sources], numbers=columns[1:])
    if not any(row.crawls for row in brought.sources):
        say("Nothing new: every crawl in the landing zone was loaded before.")
    elif not any(row.new or row.changed for row in brought.sources):
        say("Nothing new: no posting is new or has changed.")
    if brought.jobs:
        say()
        show_ranked(brought.jobs)
        say()
        say(f"exports: {paths.exports_folder()}")


def _tell(finished: Finished, log: Path) -> None:
    for warning in finished.warnings[:_SHOWN]:
        warn(warning)
    if more := len(finished.warnings[_SHOWN:]):
        warn(f"and {more} more")
    for trouble in finished.troubles:
        complain(trouble)
    if finished.troubles or not finished.success:
        note(f"all of it is in {log}")


def _as_dict(finished: Finished, brought: _Brought | None, log: Path) -> dict[str, object]:
    from job_etl.cli.showing import as_dict

    return {
        **asdict(finished),
        "log": log,
        "exports": paths.exports_folder(),
        "sources": [asdict(row) for row in brought.sources] if brought else [],
        "jobs": [as_dict(job) for job in brought.jobs] if brought else [],
    }


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PermanentError(f"port {port}: {os.strerror(error.errno or 0)}; choose another with --port") from error


def _end(group: int) -> None:
    """End what is left of a group of processes: Dagster's code servers go on for a while after its UI is closed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _PATIENCE_SECONDS
        try:
            os.killpg(group, number)
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            return


def _beside_python(program: str) -> str:
    """A program of the virtual environment that runs this one, which need not be on PATH."""
    return str(Path(sys.executable).with_name(program))
