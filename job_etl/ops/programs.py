"""PostgreSQL's own client programs: finding and calling them.

Belongs here: `pg_dump` and `pg_restore`, with the connection in their environment and never in the list of processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from job_etl.embedded import binaries
from job_etl.errors import PermanentError


def run(program: str, *arguments: str, url: str | None = None) -> str:
    """Call a program, on the database of a URL, and return what it wrote.

    Raises:
        PermanentError: it is not installed, or it failed; the message is its own last line.
    """
    environment = os.environ | (_environment(url) if url else {})
    done = subprocess.run([_found(program), *arguments], env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise PermanentError(f"{program}: {said[-1] if said else f'exit status {done.returncode}'}")
    return done.stdout


def _found(program: str) -> str:
    try:
        return str(binaries.installed() / program)
    except PermanentError:
        if path := shutil.which(program):
            return path
    raise PermanentError(f"{program} is not installed: install PostgreSQL's client programs, version 18 or newer")


def _environment(url: str) -> dict[str, str]:
    names = {option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    return {names[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in names} | {
        "PGTZ": "UTC",
        "PGAPPNAME": f"job-etl {Path(__file__).stem}",
    }
