"""One run of the graph in this process, as the commands need it: its turn, its progress and what went wrong in it."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from job_etl import progress
from job_etl.cli.terminal import note
from job_etl.errors import JobEtlError
from job_etl.instance import alive, ensure_dagster_home, fail_dead_runs, run_tags

if TYPE_CHECKING:
    import dagster as dg
    from dagster_shared.error import SerializableErrorInfo

_JOB = "jobs_etl_daily"
_A_MOMENT = 0.02
_INTERRUPTS = {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}
# What the others log as a warning is Dagster's and dbt's own, and of use in the log file only.
_SPEAKING = {"sources", "raw__job_postings_raw"}
_DBT_SAID = re.compile(
    r"Errors parsed from dbt logs:.*?^\s*(\w+ Error\b.*?|Failure\b[^\n]*\n\s*(?!\w+ Error)\S.*?)(?:\n\s*\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
"""What went wrong in dbt: the first error, or the first failure with the paragraph after it that says of what kind."""
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_LOCK = "hashtextextended('job_etl run', 0)"


@dataclass(slots=True)
class Finished:
    """How a run ended; `troubles` are its failed steps and red checks, `warnings` what its steps had to say."""

    run_id: str
    success: bool
    interrupted: bool = False
    troubles: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other run of the command line works on the same database, and keep others waiting for the time.

    Runs beside each other are safe, but do everything twice.

    Raises:
        JobEtlError: the database cannot be reached.
    """
    from job_etl.warehouse.connect import database_url, open_connection

    connection = open_connection(database_url(), "job-etl run")
    try:
        if connection.execute(f"select pg_try_advisory_lock({_LOCK})").fetchone() != (True,):
            note("another run is at work on this database: waiting for it to end")
            connection.execute("set lock_timeout = 0")
            connection.execute(f"select pg_advisory_lock({_LOCK})")
        yield
    finally:
        connection.close()  # and with it the lock


def execute(sources: Sequence[str], *, only_due: bool = False) -> Finished:
    """Run the graph in this process, crawling these sources: one Dagster run, kept where the UI shows it.

    With `only_due` boards that were crawled lately are left out.

    Raises:
        JobEtlError: the graph cannot be loaded.
    """
    with _no_interrupt_lost():
        return _execute(sources, only_due)


def _execute(sources: Sequence[str], only_due: bool) -> Finished:
    progress.report("dagster", 0, note="loading")
    import dagster as dg

    from job_etl.definitions import defs

    ensure_dagster_home()
    crawled = dg.AssetSelection.assets(*(dg.AssetKey(["sources", name]) for name in sources))
    chosen = dg.AssetSelection.all() - dg.AssetSelection.groups("sources") | crawled
    run_id = str(uuid.uuid4())
    run = Finished(run_id, success=False)
    with dg.DagsterInstance.get() as instance, alive(run_id):
        fail_dead_runs(instance)
        steps = {asset.op.name for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition) and asset.keys}
        instance.add_event_listener(run_id, _Listener(run, steps))
        try:
            result = defs.resolve_job_def(_JOB).execute_in_process(
                instance=instance,
                run_id=run_id,
                asset_selection=list(chosen.resolve(defs.resolve_asset_graph())),
                raise_on_error=False,
                tags=run_tags(only_due=only_due),
            )
        except dg.DagsterExecutionInterruptedError:
            run.interrupted = True
        else:
            run.success = result.success
    return run


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Send an interrupt again that arrived while Python was freeing memory or locks, where exceptions go nowhere."""
    told = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        told(unraisable)
        if unraisable.exc_type.__name__ in _INTERRUPTS:
            # In a moment: an exception in this hook goes nowhere too.
            threading.Timer(_A_MOMENT, os.kill, (os.getpid(), signal.SIGINT)).start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = told


class _Listener:
    """Takes a run's events as they are written: progress for the person who waits, and what went wrong.

    `steps` are those that make tables; a check's step is too quick to be told of.
    """

    def __init__(self, run: Finished, steps: Collection[str]) -> None:
        self._run = run
        self._steps = steps

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            if int(entry.level) >= logging.WARNING and entry.step_key in _SPEAKING:
                self._run.warnings.append(entry.user_message)
        elif event.event_type_value == "STEP_START" and event.step_key in self._steps:
            progress.report(_stage(event.step_key or ""), 0)
        elif event.event_type_value == "STEP_FAILURE":
            self._note_failure(event)
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            self._note_check(event.asset_check_evaluation_data)

    def _note_failure(self, event: dg.DagsterEvent) -> None:
        error = event.step_failure_data.error
        if error and any(link.cls_name in _INTERRUPTS for link in _chain(error)):
            self._run.interrupted = True
        else:
            self._run.troubles.append(f"{_asset(event.step_key)}: {cause(error) if error else 'failed'}")

    def _note_check(self, check: dg.AssetCheckEvaluation) -> None:
        if "status" in check.metadata and check.metadata["status"].value == "error":
            return  # dbt could not make this test, and its step says why
        if not check.passed and check.severity.value == "ERROR":
            why = f": {check.description}" if check.description else ""
            self._run.troubles.append(f"{check.asset_key.to_user_string()}: check {check.check_name} is red{why}")


def _stage(step: str) -> str:
    group = step.partition("__")[0]
    return "crawl" if group == "sources" else group


def _asset(step: str | None) -> str:
    return (step or "").replace("__", "/")


def cause(error: SerializableErrorInfo) -> str:
    """One line: what a `JobEtlError` of this project says, else the first line of what Dagster wraps."""
    chain = _chain(error)
    ours = {kind.__name__ for kind in _kinds(JobEtlError)}
    for link in chain:
        if link.cls_name in ours:
            return " ".join(_said(link).split())
    wrapped = chain[1] if len(chain) > 1 else chain[0]
    if dbt := _DBT_SAID.search(_COLOUR.sub("", wrapped.message)):
        return f"dbt: {' '.join(dbt[1].split())}"
    return f"{wrapped.cls_name}: {next(iter(_said(wrapped).splitlines()), 'no message')}"


def _chain(error: SerializableErrorInfo) -> list[SerializableErrorInfo]:
    return [error, *(_chain(error.cause) if error.cause else [])]


def _kinds(kind: type[JobEtlError]) -> Iterator[type[JobEtlError]]:
    yield kind
    for special in kind.__subclasses__():
        yield from _kinds(special)


def _said(error: SerializableErrorInfo) -> str:
    """The message without the name of its class, which Dagster puts before it."""
    return error.message.partition(": ")[2].strip()
