"""What each run did, stage by stage, in `ops.run_stats`.

Belongs here: a stage's figures as a row, and writing them. Where they come from, `operations` knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psycopg


@dataclass(frozen=True, slots=True)
class StageStats:
    """A stage of a run: a row of `ops.run_stats`."""

    run_id: str
    stage: str
    job: str
    succeeded: bool
    began_at: datetime
    seconds: float
    rows_in: int | None = None
    rows_new: int | None = None
    rows_changed: int | None = None
    rows_rejected: int | None = None
    bytes: int | None = None


def record(connection: psycopg.Connection, stages: Iterable[StageStats]) -> None:
    """Write these rows, in place of what was written of the same run and stage."""
    statement = Path(__file__).parent.joinpath("sql", "record_run_stats.sql").read_text(encoding="utf-8")
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(statement, [asdict(stage) for stage in stages])


def recorded_runs(connection: psycopg.Connection) -> set[str]:
    """The runs of which something is written."""
    return {str(row[0]) for row in connection.execute("select distinct run_id from ops.run_stats")}
