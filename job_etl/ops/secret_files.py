"""The folder of secrets: one file each, which Docker and `*_FILE` variables name.

Belongs here: making the files, and changing one so that neither a crash nor a reader ever finds half of it. A file
keeps its inode: Docker mounts single files, and a container would go on seeing the one that was replaced.

    rotation:  <name>.new written ──▶ the server is told ──▶ <name> overwritten ──▶ <name>.new removed
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from job_etl.errors import ConfigError, PermanentError
from job_etl.ops.accounts import Account

PASSWORDS = {
    Account.ADMIN: "postgres_password",
    Account.OWNER: "owner_password",
    Account.USER: "user_password",
    Account.READER: "reader_password",
    Account.STORAGE: "dagster_password",
}
"""The files with the accounts' passwords."""

OTHERS = ("pgadmin_password", "proxy_password")
"""Passwords that no server has to be told: a service reads them when it starts."""

SOURCES = "sources.env"

_SOURCES = """\
# Keys of providers and of where alerts are sent, one NAME=value a line. `job-etl sources` says what each needs.
#ADZUNA_APP_ID=
#ADZUNA_APP_KEY=
#JOB_ETL_ALERT_WEBHOOK_URL=
#JOB_ETL_ALERT_SMTP_URL=
"""

_BYTES = 24  # 192 bits, 32 characters of which none has a meaning in a URL or a shell


def folder() -> Path:
    """The folder of secrets: `JOB_ETL_SECRETS_DIR`, else `docker/secrets` of the current folder."""
    return Path(os.environ.get("JOB_ETL_SECRETS_DIR") or Path("docker", "secrets")).absolute()


def password(folder: Path, account: Account) -> str:
    """An account's password.

    Raises:
        ConfigError: there is no such file, or it cannot be read or is empty.
    """
    return _read(folder / PASSWORDS[account])


def create_missing(folder: Path, *, owner: int | None = None) -> list[str]:
    """Write every secret that is missing, readable by its owner only; returns their names. None is overwritten.

    `owner` is the user id that the files are given to, which only root can do.

    Raises:
        PermanentError: the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        names = [*PASSWORDS.values(), *OTHERS, SOURCES]
        written = [name for name in names if _create(folder / name, _SOURCES if name == SOURCES else _new())]
        if owner is not None:
            for path in (folder, *(folder / name for name in names)):
                os.chown(path, owner, -1)
            # Searchable by all: Compose looks whether the files are there, as whoever runs it.
            folder.chmod(0o711)
    except OSError as error:
        raise PermanentError(f"cannot write secrets to {folder}: {error.strerror}") from error
    return written


def rotate(folder: Path, name: str, tell: Callable[[str], None]) -> None:
    """Change a password: `tell` gives the new one to whoever checks it, between two writes from which a killed
    rotation goes on when it is run again.

    Raises:
        ConfigError: there is no such secret.
        PermanentError: the folder cannot be written.
    """
    path = folder / name
    _read(path)
    new = pending(path)
    try:
        if new is None:
            new = _new()
            _create(_pending(path), new)
        tell(new)
        with path.open("r+b") as file:
            file.write(new.encode())
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        _pending(path).unlink()
    except OSError as error:
        raise PermanentError(f"cannot write {path}: {error.strerror}; run the rotation again") from error


def pending(path: Path) -> str | None:
    """The new value of a rotation that was killed; None where there was none."""
    with suppress(FileNotFoundError):
        return _pending(path).read_text().strip() or None
    return None


def _pending(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _new() -> str:
    return secrets.token_urlsafe(_BYTES)


def _create(path: Path, content: str) -> bool:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return True


def _read(path: Path) -> str:
    try:
        value = path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"the secret {path}: {error.strerror}; job-etl secrets init writes what is missing") from None
    if not value:
        raise ConfigError(f"the secret {path} is empty")
    return value
