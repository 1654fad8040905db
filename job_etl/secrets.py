"""Secrets, such as keys of providers: where they are looked for.

Belongs here: reading a secret. Nothing here prints, logs or stores one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from job_etl.errors import ConfigError
from job_etl.paths import home


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret `name`: the variable, else the file that `<name>_FILE` names, else the line of the secrets file, else
    the entry of the managed secret.

    The secrets file holds `NAME=value` lines; it is `JOB_ETL_SECRETS_FILE`, else `secrets.env` of the home folder. The
    managed secret is the one of AWS Secrets Manager that `JOB_ETL_SECRETS_MANAGER` names: a JSON object of the same.
    An empty value counts as none.

    Raises:
        ConfigError: a file or a managed secret that was named cannot be read.
        TransientError: Secrets Manager does not answer.
    """
    if value := environ.get(name, "").strip():
        return value
    if path := environ.get(f"{name}_FILE"):
        return _read(Path(path), f"{name}_FILE").strip() or None
    return _in_file(name, environ) or _managed(name, environ)


def missing(names: Iterable[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Those of `names` that have no value."""
    return [name for name in names if not secret(name, environ)]


def _in_file(name: str, environ: Mapping[str, str]) -> str | None:
    if path := environ.get("JOB_ETL_SECRETS_FILE"):
        return _lines(_read(Path(path), "JOB_ETL_SECRETS_FILE")).get(name)
    default = home() / "secrets.env"
    return _lines(_read(default, "the secrets file")).get(name) if default.is_file() else None


def _managed(name: str, environ: Mapping[str, str]) -> str | None:
    if managed := environ.get("JOB_ETL_SECRETS_MANAGER"):
        from job_etl.aws import managed_secrets

        return managed_secrets(managed).get(name)
    return None


def _read(path: Path, named_by: str) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigError(f"{named_by}: cannot read {path}: {reason}") from None


def _lines(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    values = ((name.removeprefix("export ").strip(), value.strip()) for name, value in pairs)
    return {name: value.strip("\"'") for name, value in values if value.strip("\"'")}
