"""The real UI in a real browser: `job-etl dev` as a program of its own, its GraphQL, and Chromium.

Belongs here: starting, waiting for and ending them. What the UI must show is in `test_browser`, what is photographed
in `pictures`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import BrowserContext, Page, sync_playwright

from job_etl.embedded import destroy

PROJECT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium")
WITHOUT_CHROMIUM = "there is no Chromium: apt-get install chromium"
STARTING_SECONDS = 240
RUNNING_SECONDS = 480

_FLAGS = [
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Nothing but the page under test may be asked for.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_IN_BACKGROUND = 'trap \'\' INT; exec "$0" "$@"'
"""Starts a program as shells do behind an `&`: it is told to ignore interrupts."""


@dataclass(frozen=True)
class Ui:
    """A running `job-etl dev`."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, query: str, **variables: Any) -> Any:
        """The `data` of a GraphQL answer."""
        said = httpx.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=30).json()
        assert "errors" not in said, said["errors"]
        return said["data"]

    def runs(self) -> list[dict[str, Any]]:
        """Every run, the newest first."""
        return list(self.ask("{ runsOrError { ... on Runs { results { runId status } } } }")["runsOrError"]["results"])

    def finished_run(self) -> dict[str, Any]:
        """The newest run, once it has ended."""
        eventually(lambda: self.runs() and self.runs()[0]["status"] in _ENDED, RUNNING_SECONDS, self.said)
        return self.runs()[0]

    def said(self) -> str:
        """The end of what the program wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])

    def processes(self) -> list[psutil.Process]:
        """The program and everything that it started."""
        program = psutil.Process(self.process.pid)
        return [program, *program.children(recursive=True)]


_ENDED = {"SUCCESS", "FAILURE", "CANCELED"}

_LOADED = """
{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
    __typename ... on PythonError { message } } } } } }
"""


@contextmanager
def started(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[Ui]:
    """`job-etl dev` on a free port with a home of its own, its code loaded; ended with SIGTERM, like a service."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "dev.log"
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", _IN_BACKGROUND, str(Path(sys.executable).with_name("job-etl")), "dev", "--port", str(port)],
            cwd=home,
            env={**surroundings(), "JOB_ETL_HOME": str(home), "JOB_ETL_EMBEDDED_LINGER": "0.4", **(settings or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    ui = Ui(f"http://127.0.0.1:{port}", process, log)
    try:
        eventually(lambda: process.poll() is not None or _loaded(ui), STARTING_SECONDS, ui.said)
        assert process.poll() is None, ui.said()
        yield ui
    finally:
        for left in stop(ui):
            left.kill()
        process.wait()
        destroy(home)


def surroundings() -> dict[str, str]:
    """The environment without what a person has set for the project."""
    ours = ("JOB_ETL_", "POSTGRES_", "DAGSTER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def stop(ui: Ui) -> list[psutil.Process]:
    """End the program with SIGTERM; what is left of it and of all that it started a minute later."""
    if ui.process.poll() is not None:
        return []
    family = ui.processes()
    ui.process.send_signal(signal.SIGTERM)
    return list(psutil.wait_procs(family, timeout=60)[1])


@contextmanager
def chromium(folder: Path | None = None, **options: Any) -> Iterator[BrowserContext]:
    """Chromium without a past."""
    assert CHROMIUM, WITHOUT_CHROMIUM
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(dir=folder) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=_FLAGS, **options
        )
        # Dagster's invitation to its community covers the page of whoever comes for the first time.
        context.add_init_script("localStorage.setItem('communityNux', '1')")
        yield context
        context.close()


def lineage(ui: Ui, page: Page, *groups: str, direction: str = "horizontal", selection: str = "") -> None:
    """Open the global asset lineage with these groups expanded, and wait until it is drawn."""
    page.goto(f"{ui.url}/asset-groups")
    page.evaluate("direction => localStorage.setItem('asset-graph-direction', JSON.stringify(direction))", direction)
    expanded = ",".join(f"global@global:{group}" for group in groups)
    page.goto(f"{ui.url}/asset-groups{f'~{selection}/' if selection else ''}?expanded={expanded}")
    page.get_by_text(groups[0], exact=True).last.wait_for()


def materialise(ui: Ui, page: Page) -> None:
    """Materialise everything with the button on the asset lineage, and wait until the run is there."""
    page.goto(f"{ui.url}/asset-groups")
    page.get_by_role("button", name="Materialize all").click()
    eventually(ui.runs, 60, ui.said)


def eventually(condition: Callable[[], Any], within: float, why: Callable[[], str] = str) -> None:
    """Wait for a condition; `why` is asked what to say when it does not come true."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:.0f} s\n{why()}"
        time.sleep(0.25)


def _loaded(ui: Ui) -> bool:
    try:
        entries = ui.ask(_LOADED)["workspaceOrError"]["locationEntries"]
    except (httpx.HTTPError, ValueError):
        return False
    found = [entry["locationOrLoadError"] or {"__typename": "not yet"} for entry in entries]
    assert all(each["__typename"] != "PythonError" for each in found), found
    return bool(found) and all(each["__typename"] == "RepositoryLocation" for each in found)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
