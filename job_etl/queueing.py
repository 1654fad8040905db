"""Celery as Dagster's executor: what the process that runs the graph and its workers have to agree on.

Belongs here: the queue's settings. They need the extra `celery`; the queue is Redis, or another broker that keeps
results. Workers are started with `celery_worker`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from job_etl.errors import ConfigError

if TYPE_CHECKING:
    from dagster import ExecutorDefinition

BROKER = "JOB_ETL_CELERY_BROKER"
"""The variable with the queue's address, such as `redis://redis:6379/0`."""

_PATIENCE_SECONDS = 3600
"""Longer than any step takes. A step of a machine that went away is given to another worker after that time, and so is
one that is only slow: it is then done twice, which does no harm."""


def celery_executor() -> ExecutorDefinition:
    """The executor that hands each step to a worker; the broker is read when a run starts.

    Raises:
        ConfigError: the extra `celery` is not installed.
    """
    try:
        from dagster_celery import celery_executor as executor
    except ImportError as error:
        raise ConfigError("JOB_ETL_EXECUTOR is 'celery': install job-etl with the extra celery") from error
    settings = {"broker": {"env": BROKER}, "backend": {"env": BROKER}, "config_source": queue_settings()}
    configured: ExecutorDefinition = executor.configured(settings, name="celery")
    return configured


def queue_settings() -> dict[str, Any]:
    """Celery's own settings: https://docs.celeryq.dev/en/stable/userguide/configuration.html.

    Raises:
        ConfigError: `JOB_ETL_CELERY_PATIENCE` is no number of seconds.
    """
    text = os.environ.get("JOB_ETL_CELERY_PATIENCE") or str(_PATIENCE_SECONDS)
    if not text.isdecimal() or not int(text):
        raise ConfigError(f"JOB_ETL_CELERY_PATIENCE is {text!r}, expected a number of seconds")
    return {
        "broker_transport_options": {"visibility_timeout": int(text)},
        "broker_connection_retry_on_startup": True,
        "worker_prefetch_multiplier": 1,
    }
