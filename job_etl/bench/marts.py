"""The marts of a measurement's database, built by the real dbt, and what a change of the profile costs.

Belongs here: calling dbt as a run does, outside Dagster.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from job_etl import paths
from job_etl.bench.figures import timed
from job_etl.config.ranking import Ranking, load_ranking
from job_etl.errors import PermanentError
from job_etl.ranking import apply_ranking
from job_etl.warehouse.connect import dbt_environment

_TAIL = 2_000


def build(connection: psycopg.Connection, url: str, folder: str, ranking: Ranking | None = None) -> float:
    """Seconds that it takes to apply a ranking, by default the configured one, and to build and test the marts.

    Raises:
        PermanentError: dbt failed; its own words are in the message.
    """
    project = str(paths.project_file("dbt_project"))
    places = {"--project-dir": project, "--profiles-dir": project, "--target-path": folder, "--log-path": folder}
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "build",
        "--exclude-resource-type",
        "unit_test",
        *(w for place in places.items() for w in place),
    ]
    Path(folder).mkdir(exist_ok=True)
    with timed() as watch:
        apply_ranking(connection, ranking or load_ranking())
        done = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, env={**os.environ, **dbt_environment(url)}
        )
    if done.returncode:
        raise PermanentError(f"dbt failed: {(done.stdout + done.stderr)[-_TAIL:].strip()}")
    return watch.seconds


def other_wishes() -> Ranking:
    """The configured ranking with two of its weights exchanged, so that every job is to be scored again."""
    ranking = load_ranking()
    old = ranking.weights
    new = {"title_keywords": old.skills_overlap, "skills_overlap": old.title_keywords}
    return ranking.model_copy(update={"weights": old.model_copy(update=new)})
