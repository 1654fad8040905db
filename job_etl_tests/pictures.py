"""Draws the README's pictures anew, from a running system with the bundled sample: python -m job_etl_tests.pictures."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from job_etl_tests.ui import chromium, lineage, started

IMAGES = Path(__file__).parents[1] / "docs" / "images"
_GROUPS = ("bootstrap", "ops", "raw", "staging", "marts", "exports")
_WIDTH = 190  # characters: what is readable at the width of a README
_PAGE = """<body style="margin:0;background:#0f1117"><pre style="margin:0;padding:20px 24px;color:#e6e6e6;
font:13px/1.45 DejaVu Sans Mono,monospace;display:inline-block">{}</pre></body>"""


def main() -> None:
    """Run the sample in a home of its own and photograph the list and the graph."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="job-etl-pictures-") as folder:
        home = Path(folder)
        command = str(Path(sys.executable).with_name("job-etl"))
        surroundings = os.environ | {"JOB_ETL_HOME": folder, "COLUMNS": "150"}
        subprocess.run([command, "demo"], env=surroundings, check=True)
        top = subprocess.run([command, "top", "-n", "10"], env=surroundings, check=True, capture_output=True, text=True)
        with (
            started(home) as ui,
            chromium(device_scale_factor=2, viewport={"width": 1500, "height": 640}) as browser,
        ):
            page = browser.new_page()
            lines = ["$ job-etl top -n 10", *(line[:_WIDTH].rstrip() for line in top.stdout.splitlines())]
            page.set_content(_PAGE.format("\n".join(lines).replace("<", "&lt;")))
            page.locator("pre").screenshot(path=IMAGES / "ranked.png")
            lineage(ui, page, *_GROUPS)
            page.wait_for_timeout(4000)  # the graph is laid out and moved into view
            page.screenshot(path=IMAGES / "graph.png")


if __name__ == "__main__":
    main()
