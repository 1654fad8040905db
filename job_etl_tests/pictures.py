"""The pictures of the README, taken anew of the running system: the sample, the UI over it, and `job-etl top`.

python -m job_etl_tests.pictures
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import FloatRect, Page
from rich.console import Console
from rich.text import Text

from job_etl.landing import Landing
from job_etl.sample import land_sample
from job_etl_tests.ui import PROJECT, Ui, chromium, lineage, materialise, started, surroundings

IMAGES = PROJECT / "docs" / "images"
SHOWN_SOURCES = ("ashby", "greenhouse", "hackernews", "lever")
COLUMNS = 150  # characters of the terminal: what is readable at the width of a README


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="job-etl-pictures-") as folder:
        home = Path(folder)
        (home / "sources.yml").write_text("{}\n")  # nobody is asked: the sample is landed
        land_sample(Landing(str(home / "landing")))
        settings = {"JOB_ETL_CONFIG_DIR": folder}
        with started(home, settings) as ui, chromium(device_scale_factor=2, locale="en-CA") as browser:
            page = browser.new_page()
            materialise(ui, page)
            assert ui.finished_run()["status"] == "SUCCESS", ui.said()
            _graph(ui, page, IMAGES / "graph.png")
            _checks(ui, page, IMAGES / "checks.png")
            _ranked(settings | {"JOB_ETL_HOME": folder}, page, IMAGES / "ranked.png")


def _graph(ui: Ui, page: Page, file: Path) -> None:
    """The lineage of all assets, with a few of the sources."""
    page.set_viewport_size({"width": 1900, "height": 900})
    chosen = " or ".join(['not group:"sources"', *(f'key:"*{source}"' for source in SHOWN_SOURCES)])
    groups = ("bootstrap", "sources", "raw", "staging", "ops", "marts", "exports")
    lineage(ui, page, *groups, selection=quote(chosen))
    page.get_by_role("button", name="Hide navigation").click()
    page.get_by_role("button", name="panel_show_right").last.click()
    page.reload(wait_until="networkidle")  # to fit the room that there is now
    page.get_by_text("run_stats", exact=True).first.wait_for()
    page.wait_for_timeout(2000)  # until the drawing has moved to its place
    page.screenshot(path=file, clip=_drawn(page))


def _drawn(page: Page) -> FloatRect:
    """The part of the page that the graph takes up."""
    box = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('svg foreignObject')].map(each => each.getBoundingClientRect())
            const least = side => Math.min(...boxes.map(box => box[side]))
            const most = side => Math.max(...boxes.map(box => box[side]))
            return {x: least('left'), y: least('top'), right: most('right'), bottom: most('bottom')}
        }"""
    )
    margin = 5.0  # the page's controls are not far
    return {
        "x": box["x"] - margin,
        "y": box["y"] - margin,
        "width": box["right"] - box["x"] + 2 * margin,
        "height": box["bottom"] - box["y"] + 2 * margin,
    }


def _checks(ui: Ui, page: Page, file: Path) -> None:
    """The checks of a table, and one of them in full."""
    page.set_viewport_size({"width": 1200, "height": 580})
    page.goto(f"{ui.url}/assets/marts/fact_jobs?view=checks", wait_until="networkidle")
    page.get_by_text("Passed", exact=True).first.wait_for()
    page.screenshot(path=file)


def _ranked(settings: Mapping[str, str], page: Page, file: Path) -> None:
    """What `job-etl top` writes to a terminal."""
    arguments = ["top", "-n", "4"]
    written = subprocess.run(
        [str(Path(sys.executable).with_name("job-etl")), *arguments],
        env={**surroundings(), **settings, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(written.rstrip("\n")))
    page.route("**/*", lambda route: route.abort())  # the drawing names a font on the network
    page.set_viewport_size({"width": 1200, "height": 800})
    page.set_content(f"<body style='margin: 0'>{console.export_svg(title=' '.join(['job-etl', *arguments]))}")
    page.locator("svg").first.screenshot(path=file)


if __name__ == "__main__":
    main()
