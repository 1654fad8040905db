"""Which processes run, by their command lines: Linux's /proc where there is one, else ps(1)."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_POSTGRES = re.compile(r"postgres: |[^\0]*/postgres[\0 ]")  # a backend's title, or the program and its arguments


def postgres_processes(tag: str, uid: int, pid: int | None = None) -> set[int]:
    """The process ids of PostgreSQL programs that carry `tag` and run as `uid`; of `pid` alone if it is given."""
    return {
        number
        for number, owner, command in _running(pid)
        if owner == uid and tag in command and _POSTGRES.match(command)
    }


def _running(pid: int | None) -> Iterator[tuple[int, int, str]]:
    """Every process, or that one, as (pid, uid, command line); where the system tells, nulls end the line's words."""
    if Path("/proc/self/cmdline").exists():
        for process in Path("/proc").glob("[0-9]*" if pid is None else str(pid)):
            with suppress(OSError):  # it has ended
                yield int(process.name), process.stat().st_uid, os.fsdecode((process / "cmdline").read_bytes())
        return
    command = ["ps", "-wwo", "pid=,uid=,command=", *(["-ax"] if pid is None else ["-p", str(pid)])]
    for line in subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines():  # noqa: S603
        number, uid, words = line.split(maxsplit=2)
        yield int(number), int(uid), words
