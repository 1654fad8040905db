"""Reading the dictionaries of `config/taxonomy/`: files a person edits, loaded when first needed.

Belongs here: file formats and where the files are. What a dictionary means belongs to the module that uses it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from job_etl.errors import ConfigError
from job_etl.paths import config_file

TAXONOMY_DIR = "JOB_ETL_TAXONOMY_DIR"
"""The variable that names a folder with ESCO and O*NET tables, which may be used but not redistributed here."""


def table(name: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a tab-separated dictionary with their line numbers; `#` begins a comment line.

    Missing trailing cells are empty. The first line that is not a comment holds the column names.

    Raises:
        ConfigError: the file cannot be read or lacks a column.
    """
    path = config_file(f"taxonomy/{name}")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the dictionary {path}: {error}") from error
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            if missing := [column for column in columns if column not in cells]:
                raise ConfigError(f"{path}: line {number} lacks the column {', '.join(missing)}")
            continue
        cells += [""] * (len(header) - len(cells))
        yield number, {key: cell.strip() for key, cell in zip(header, cells, strict=False)}


def document(name: str) -> dict[str, Any]:
    """A YAML dictionary.

    Raises:
        ConfigError: the file cannot be read or is not a mapping.
    """
    path = config_file(f"taxonomy/{name}")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"cannot read the dictionary {path}: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold a mapping")
    return content


def external(*suffixes: str) -> Path | None:
    """The first file below the taxonomy folder whose path ends in one of `suffixes`, or None."""
    folder = os.environ.get(TAXONOMY_DIR)
    if not folder or not (root := Path(folder).expanduser()).is_dir():
        return None
    for suffix in suffixes:
        if found := sorted(path for path in root.rglob(Path(suffix).name) if path.as_posix().endswith(suffix)):
            return found[0]
    return None


def external_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a comma-separated table with a header, cells however long."""
    csv.field_size_limit(1 << 27)
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
