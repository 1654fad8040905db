"""What differs between a laptop and a server in how Dagster works: the executor, and what is switched on at first.

Belongs here: reading these settings from the environment. It imports Dagster and is read when definitions are built.
"""

from __future__ import annotations

import os

import dagster as dg

from job_etl.errors import ConfigError
from job_etl.queueing import celery_executor, k8s_executor


def executor() -> dg.ExecutorDefinition:
    """The executor that `JOB_ETL_EXECUTOR` names: `in_process`, the default, `multiprocess`, `celery` or `k8s`.

    On a server a step that runs out of memory takes nothing else with it. Steps are forked from a process that has the
    definitions loaded: importing them anew takes longer than most steps do.

    Raises:
        ConfigError: it names another.
    """
    forked = {"start_method": {"forkserver": {"preload_modules": ["job_etl.definitions"]}}, "max_concurrent": 2}
    known = {
        "in_process": dg.in_process_executor,
        "multiprocess": dg.multiprocess_executor.configured(forked, name="multiprocess"),
    }
    name = os.environ.get("JOB_ETL_EXECUTOR") or "in_process"
    elsewhere = {"celery": celery_executor, "k8s": k8s_executor}
    if name in elsewhere:
        return elsewhere[name]()
    if name not in known:
        raise ConfigError(f"JOB_ETL_EXECUTOR is {name!r}, expected one of {', '.join([*known, *elsewhere])}")
    return known[name]


def is_automatic() -> bool:
    """Whether schedules and sensors are on until somebody switches them off in the UI: `JOB_ETL_AUTOMATION=on`."""
    return os.environ.get("JOB_ETL_AUTOMATION") == "on"


def schedule_status() -> dg.DefaultScheduleStatus:
    """The state of a schedule that nobody switched yet."""
    return dg.DefaultScheduleStatus.RUNNING if is_automatic() else dg.DefaultScheduleStatus.STOPPED


def sensor_status() -> dg.DefaultSensorStatus:
    """The state of a sensor that nobody switched yet."""
    return dg.DefaultSensorStatus.RUNNING if is_automatic() else dg.DefaultSensorStatus.STOPPED
