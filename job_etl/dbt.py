"""The dbt project as Dagster sees it: where it lies, how it is parsed and how it is called."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject

from job_etl import paths
from job_etl.errors import PermanentError
from job_etl.warehouse.connect import dbt_environment

# DbtCliResource looks for `dbt` on PATH, where a virtual environment that is not activated is not.
DBT = str(Path(sys.executable).with_name("dbt"))


def dbt_project() -> DbtProject:
    """The project, with a manifest that is as new as its files; `dbt parse` makes one and needs no database.

    Raises:
        PermanentError: dbt cannot parse the project; its own words are in the message.
    """
    folder = paths.project_file("dbt_project")
    project = DbtProject(project_dir=folder, target_path=paths.home() / "dbt")
    if not _is_current(project.manifest_path, folder):
        _parse(folder, project.manifest_path.parent)
    return project


class Translator(DagsterDbtTranslator):
    """dbt's own names, with the stage as the group."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a model, in the group of its schema."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(group_name=spec.key.path[0])


def point_dbt_at(url: str) -> None:
    """Tell dbt, when it is called from now on, which database to work in."""
    os.environ.update(dbt_environment(url))


def dbt_cli() -> DbtCliResource:
    """dbt, called in this process's virtual environment on the project's files."""
    folder = str(paths.project_file("dbt_project"))
    return DbtCliResource(project_dir=folder, profiles_dir=folder, dbt_executable=DBT)


def _is_current(manifest: Path, folder: Path) -> bool:
    if not manifest.exists():
        return False
    made = manifest.stat().st_mtime
    return all(file.stat().st_mtime <= made for file in folder.rglob("*") if file.suffix in {".sql", ".yml", ".csv"})


def _parse(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="parse-") as scratch:
        places = {"--project-dir": folder, "--profiles-dir": folder, "--target-path": scratch, "--log-path": scratch}
        options = [str(word) for option in places.items() for word in option]
        done = subprocess.run([DBT, "parse", *options], capture_output=True, text=True)  # noqa: S603 - our own words
        if done.returncode:
            raise PermanentError(f"dbt cannot parse {folder}: {(done.stdout + done.stderr).strip()}")
        # In one step each: another process may be reading the last one. The manifest goes last, as its age decides.
        for name in ("partial_parse.msgpack", "manifest.json"):
            Path(scratch, name).replace(target / name)
