"""Executors that hand steps to other machines: Celery's workers, or jobs of Kubernetes.

Belongs here: their settings, and what the process that runs the graph and its workers have to agree on. Each needs the
extra of its name; the queue is Redis, or another broker that keeps results. Workers are started with `celery_worker`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from job_etl.errors import ConfigError

if TYPE_CHECKING:
    from dagster import ExecutorDefinition

BROKER = "JOB_ETL_CELERY_BROKER"
"""The variable with the queue's address, such as `redis://redis:6379/0`."""

_K8S_CONFIG = "JOB_ETL_K8S_EXECUTOR_CONFIG"

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


def k8s_executor() -> ExecutorDefinition:
    """The executor that makes a job of each step; `JOB_ETL_K8S_EXECUTOR_CONFIG` names the file with its settings.

    The file is YAML, such as `docker/scale/steps.yaml`, which says what resources each step gets.

    Raises:
        ConfigError: the extra `k8s` is not installed, or the file cannot be read.
    """
    try:
        from dagster_k8s import k8s_job_executor as executor
    except ImportError as error:
        raise ConfigError("JOB_ETL_EXECUTOR is 'k8s': install job-etl with the extra k8s") from error
    file = os.environ.get(_K8S_CONFIG)
    try:
        settings = yaml.safe_load(Path(file).read_text(encoding="utf-8")) if file else None
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{_K8S_CONFIG} is {file}, which cannot be read: {' '.join(str(error).split())}") from error
    configured: ExecutorDefinition = executor.configured(settings or {}, name="k8s")
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
