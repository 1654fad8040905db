"""The app of a Celery worker: `celery -A job_etl.celery_worker worker -Q dagster`."""

from __future__ import annotations

import os

from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from job_etl.errors import ConfigError
from job_etl.queueing import BROKER, queue_settings

if not (_broker := os.environ.get(BROKER)):
    raise ConfigError(f"{BROKER} is not set: it is the address of the queue, such as redis://redis:6379/0")

app = make_app({"broker": _broker, "backend": _broker, "config_source": queue_settings()})
app.conf.imports = ["job_etl.definitions"]  # before the pool is forked, not once in each of its processes

# A step counts as taken when it is done: what a killed process was at is given to another.
create_task(app, acks_late=True, reject_on_worker_lost=True)
