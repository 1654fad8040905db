"""The dbt project as Dagster sees it: where it lies, how it is parsed and how it is called."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject
from packaging.version import Version

from job_etl import paths
from job_etl.errors import PermanentError
from job_etl.warehouse.connect import database_name, dbt_environment

# DbtCliResource looks for `dbt` on PATH, where a virtual environment that is not activated is not.
DBT = str(Path(sys.executable).with_name("dbt"))

_SOURCES = ("*.yml", "macros/**/*.sql", "models/**/*.sql", "models/**/*.yml", "seeds/*", "tests/**/*.sql")
_PARSED = ("partial_parse.msgpack", "manifest.json")
"""What dbt makes of a project; the manifest last, as it being there says that all is."""


def dbt_project() -> DbtProject:
    """The project, with a manifest of its files as they are; `dbt parse` makes one and needs no database.

    Raises:
        PermanentError: dbt cannot parse the project; its own words are in the message.
    """
    folder = paths.project_file("dbt_project")
    project = DbtProject(project_dir=folder, target_path=_made() / project_version())
    if not project.manifest_path.exists():
        _parse(folder, project.manifest_path.parent)
    return project


def project_version() -> str:
    """A digest of all that decides what dbt makes of the project: its files, their folder, dbt and the database's name.

    The manifest names the database in every relation.
    """
    folder = paths.project_file("dbt_project")
    parts = [version("dbt-core"), version("dbt-postgres"), database_name(), str(folder)]
    for file in sorted(file for pattern in _SOURCES for file in folder.glob(pattern)):
        parts += [str(file.relative_to(folder)), file.read_text(encoding="utf-8")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class Translator(DagsterDbtTranslator):
    """dbt's own names, with the stage as the group."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a model, in the group of its schema."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(group_name=spec.key.path[0])

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """The spec of a data test, with the description that dbt has of it."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=manifest["nodes"][unique_id]["description"] or None)


class InstalledDbt(DbtCliResource):
    """dbt as it is installed beside this process, whose version need not be asked of it: that takes two seconds."""

    def cli(self, *args: Any, **options: Any) -> DbtCliInvocation:
        """Call dbt; an interrupt comes when that is done, or it would be taken for trouble with an adapter."""
        with _interrupts_held() as held:
            called = super().cli(*args, **options)
        if held:
            called.process.send_signal(signal.SIGINT)
            called.process.wait(called.termination_timeout_seconds)
            signal.raise_signal(held[0])
        return called

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


@contextmanager
def _interrupts_held() -> Iterator[list[int]]:
    """Collect the signals that end a run instead of obeying them."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # which alone is interrupted
        yield held
        return
    before = {
        number: signal.signal(number, lambda number, _: held.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield held
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def dbt_cli() -> DbtCliResource:
    """dbt, called in this process's virtual environment on the project's files."""
    folder = str(paths.project_file("dbt_project"))
    return InstalledDbt(project_dir=folder, profiles_dir=folder, dbt_executable=DBT)


def point_dbt_at(url: str) -> None:
    """Tell dbt, when it is called from now on, which database to work in."""
    os.environ.update(dbt_environment(url))


@contextmanager
def target_folder(run_id: str) -> Iterator[Path]:
    """A folder for what dbt makes in a run, with what it knows of the project already.

    dbt parses anew where it is pointed at another database than when it parsed last: what a build parsed is kept for
    the next one.
    """
    parsed = _made() / project_version() / _PARSED[0]
    folder = _made() / f"run-{run_id}"
    folder.mkdir(parents=True, exist_ok=True)
    if parsed.exists():
        shutil.copy(parsed, folder)
    yield folder
    _put(folder / _PARSED[0], parsed)


def _made() -> Path:
    return paths.home() / "dbt"


def _parse(folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="parse-") as scratch:
        places = {"--project-dir": folder, "--profiles-dir": folder, "--target-path": scratch, "--log-path": scratch}
        options = [str(word) for option in places.items() for word in option]
        environment = {**os.environ, "JOB_ETL_DBT_DBNAME": database_name()}
        done = subprocess.run([DBT, "parse", *options], capture_output=True, text=True, env=environment)  # noqa: S603 - our own words
        if done.returncode:
            raise PermanentError(f"dbt cannot parse {folder}: {(done.stdout + done.stderr).strip()}")
        for name in _PARSED:
            _put(Path(scratch, name), target / name)


def _put(made: Path, place: Path) -> None:
    """Copy in one step: another process may be reading the last one."""
    if made.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f".{place.name}-{uuid4().hex}")
        shutil.copy(made, unfinished)
        unfinished.replace(place)
