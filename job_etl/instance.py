"""The Dagster instance that the command line and the UI share.

Belongs here: where it lies, and telling runs of the command line that were killed from those under way. Dagster's own
monitoring knows only of runs that its daemon launched.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from job_etl import paths
from job_etl.embedded import locks
from job_etl.errors import PermanentError

if TYPE_CHECKING:
    from dagster import DagsterInstance

ONLY_DUE = "job_etl/only_due"
"""The tag of a run that leaves out boards that were crawled lately."""

_CONFIG = """\
# Written by job-etl, and yours to change: runs, schedules and sensors are kept in this folder.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  max_runtime_seconds: 43200 # a run whose process died with the machine is not under way for ever
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      success: 90
"""


def ensure_dagster_home() -> Path:
    """Make `DAGSTER_HOME` a folder that exists: as set, else `dagster` of `paths.home()`, for this process and its
    children.

    Raises:
        PermanentError: the folder cannot be made or written to.
    """
    folder = Path(os.environ.get("DAGSTER_HOME") or paths.home() / "dagster").absolute()
    os.environ["DAGSTER_HOME"] = str(folder)
    config = folder / "dagster.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            config.write_text(_CONFIG)
        if not os.access(folder, os.W_OK):
            raise PermissionError(None, "Permission denied")
    except OSError as error:
        raise PermanentError(
            f"cannot write to {folder}: {error.strerror}; set JOB_ETL_HOME to a folder of yours"
        ) from error
    return folder


def run_tags(*, only_due: bool = False) -> dict[str, str]:
    """The tags of a run of the command line, by which `fail_dead_runs` finds it, and its wish for `only_due`."""
    return {
        "job_etl/started_by": "command line",
        "job_etl/process": f"{socket.gethostname()}:{ensure_dagster_home()}",
        **({ONLY_DUE: "yes"} if only_due else {}),
    }


@contextmanager
def alive(run_id: str) -> Iterator[None]:
    """Hold a run's sign of life, a file lock that ends with this process, however it ends."""
    file = _sign(run_id)
    lock = locks.try_lock(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def fail_dead_runs(instance: DagsterInstance) -> int:
    """Mark the command line's runs on this machine as failed whose process is gone; returns how many there were."""
    from dagster import DagsterRunStatus, RunsFilter

    unfinished = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]
    dead = 0
    for run in instance.get_runs(RunsFilter(tags=run_tags(), statuses=unfinished)):
        lock = locks.try_lock(_sign(run.run_id))
        if lock is not None:
            instance.report_run_failed(run, "The process of this run was killed; the next run goes on from there.")
            _sign(run.run_id).unlink(missing_ok=True)
            os.close(lock)
            dead += 1
    return dead


def _sign(run_id: str) -> Path:
    folder = ensure_dagster_home() / "alive"
    folder.mkdir(exist_ok=True)
    return folder / run_id
