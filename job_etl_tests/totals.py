"""Every real board of `JOB_ETL_REALDATA` through the whole graph, for the totals in the README.

python -m job_etl_tests.totals
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from job_etl import embedded
from job_etl.landing import Landing
from job_etl.model import Board
from job_etl.saved import land_files
from job_etl.sources import SOURCES
from job_etl_tests.realdata import FOLDER, captures
from job_etl_tests.ui import surroundings


def main() -> int:
    """Land every capture in a home of its own, run the graph and let it print its summary."""
    if not FOLDER.is_dir():
        sys.exit(f"there are no real payloads in {FOLDER}: set JOB_ETL_REALDATA")
    with tempfile.TemporaryDirectory(prefix="job-etl-totals-") as folder:
        home = Path(folder)
        landing = Landing(str(home / "landing"))
        for capture in captures():
            board = Board(capture.source, capture.board)
            land_files(landing, SOURCES[capture.source], board, [str(capture.file)], collected_at=capture.collected_at)
        try:
            command = [str(Path(sys.executable).with_name("job-etl")), "run", "--no-crawl"]
            return subprocess.run(command, env={**surroundings(), "JOB_ETL_HOME": folder}).returncode
        finally:
            embedded.destroy(home)


if __name__ == "__main__":
    sys.exit(main())
