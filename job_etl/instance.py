"""The Dagster instance that the command line and the UI share."""

from __future__ import annotations

import os
from pathlib import Path

from job_etl import paths

_CONFIG = """\
# Written by job-etl, and yours to change: runs, schedules and sensors are kept in this folder.
telemetry:
  enabled: false
run_monitoring:
  enabled: true
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
    children."""
    folder = Path(os.environ.setdefault("DAGSTER_HOME", str(paths.home() / "dagster"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dagster.yaml"
    if not config.exists():
        config.write_text(_CONFIG)
    return folder
