"""Where things lie: the project's own files, and the folder of everything that is made while running."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def project_file(*parts: str) -> Path:
    """A file of the project beside the package: in a checkout its own, in an installed wheel the bundled copy."""
    checkout = _PACKAGE.parent.joinpath(*parts)
    return checkout if checkout.exists() else _PACKAGE.joinpath("_project", *parts)


def home() -> Path:
    """The folder for everything made while running: `JOB_ETL_HOME`, else `.job_etl` of the checkout.

    Outside a checkout it is `.job_etl` of the current folder. The path is absolute; the folder may not exist.
    """
    if configured := os.environ.get("JOB_ETL_HOME"):
        return Path(configured).expanduser().absolute()
    in_checkout = (_PACKAGE.parent / "pyproject.toml").exists()
    return (_PACKAGE.parent if in_checkout else Path.cwd()) / ".job_etl"


def own_config_folder() -> Path:
    """The folder of one's own configuration: `JOB_ETL_CONFIG_DIR`, else `config` of `home()`; it may not exist."""
    folder = os.environ.get("JOB_ETL_CONFIG_DIR")
    return Path(folder).expanduser().absolute() if folder else home() / "config"


def config_file(name: str) -> Path:
    """A configuration file: one's own where there is one, else the packaged default."""
    own = own_config_folder() / name
    return own if own.exists() else _PACKAGE / "config" / name


def landing_url() -> str:
    """The landing zone: `JOB_ETL_LANDING_URL` (a path, `s3://…`, `gs://…`), else a folder of `home()`."""
    return os.environ.get("JOB_ETL_LANDING_URL") or str(home() / "landing")


def exports_folder() -> Path:
    """Where exports are written: `JOB_ETL_EXPORTS_DIR`, else a folder of `home()`."""
    return Path(os.environ.get("JOB_ETL_EXPORTS_DIR") or home() / "exports").expanduser().absolute()
