"""One PostgreSQL server: started or found running, asked whether it answers, and stopped.

Only whoever holds the folder's supervision lock may use `Server`; the functions are for everyone.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from job_etl.embedded import binaries
from job_etl.embedded.cluster import DATABASE, OWNER, SOCKET, Cluster, reason
from job_etl.embedded.folder import Folder, account_of, can_enter
from job_etl.embedded.processes import postgres_processes
from job_etl.errors import PermanentError, TransientError

_SILENCE = 300.0  # seconds; while it replays its log, PostgreSQL reports every ten
_SLOW_STOP = 120.0  # seconds for the checkpoint at the end, after which a replay at the next start is the lesser evil
_POLL = 0.01

Say = Callable[[str], None]
"""Tells a person one line."""

Pause = Callable[[float], bool]
"""Waits some seconds; true if the server is asked to stop meanwhile."""


class Server:
    """The server of a folder. `programs` is the wheel's `bin` folder."""

    def __init__(self, folder: Folder, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._account = account_of(folder)
        self._uid = self._account.uid if self._account else os.geteuid()
        self._tag = folder.tag  # asked for once: the folder may vanish while the server runs
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._log_start = 0

    def start(self, say: Say, pause: Pause) -> bool:
        """Start the server, or adopt the one that is running, and wait until it answers; false if asked to stop.

        Raises:
            PermanentError: it does not start; says why in PostgreSQL's words.
            TransientError: it has stopped making progress.
        """
        if not self.adopt():
            self._end_leftovers()
            self._spawn(say)
        return self._wait_until_it_answers(say, pause)

    def adopt(self) -> bool:
        """Take over the running server of this folder, if there is one."""
        pid = recorded_pid(self._folder)
        self._process, self._pid = None, pid
        return self.alive()

    def alive(self) -> bool:
        """Whether the postmaster still runs."""
        if self._process is not None:
            return self._process.poll() is None
        return self._pid is not None and bool(postgres_processes(self._tag, self._uid, self._pid))

    def stop(self) -> None:
        """Shut the server down: clients are disconnected, nothing committed is lost."""
        self._signal(signal.SIGINT)
        if not self._ends_within(_SLOW_STOP):
            self.stop_at_once()

    def stop_at_once(self) -> None:
        """Stop without writing anything more, as a crash would."""
        self._signal(signal.SIGQUIT)
        self._ends_within(_SLOW_STOP)

    def _signal(self, number: signal.Signals) -> None:
        if self._pid is not None and self.alive():
            os.kill(self._pid, number)

    def _ends_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        return True

    def _end_leftovers(self) -> None:
        """Clear what a killed postmaster left: its children, who would keep its memory, and its lock files.

        A lock file's process id may be anybody's by now. It is no reason to signal that process, nor not to start.
        """
        while leftovers := postgres_processes(self._tag, self._uid):
            for pid in leftovers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL)
        for stale in (self._folder.data / "postmaster.pid", *self._folder.run.glob(f"{SOCKET}*")):
            stale.unlink(missing_ok=True)

    def _spawn(self, say: Say) -> None:
        folder = self._folder
        if self._account and not can_enter(folder.path, self._account):
            raise PermanentError(
                f"the account {self._account.name}, which runs the database for root, cannot enter {folder.path}: "
                "make the folders above it searchable or set JOB_ETL_HOME to another folder"
            )
        cluster = Cluster(folder, self._account, binaries.runnable_by(self._account, self._programs, folder))
        if not folder.data.exists():
            say("making a new database")
            for earlier in folder.earlier():
                say(f"the database of an earlier home in this place is in {earlier}: delete it if nobody misses it")
            cluster.create()
        cluster.prepare()
        log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._log_start = os.fstat(log).st_size
            self._process = subprocess.Popen(  # noqa: S603 - the wheel's own program
                cluster.postmaster,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **cluster.run_as,
            )
        finally:
            os.close(log)
        self._pid = self._process.pid

    def _wait_until_it_answers(self, say: Say, pause: Pause) -> bool:
        """Wait as long as the server lives and its log grows, with a word to the person now and then."""
        size, heard = 0, time.monotonic()
        remind = reminder(say)
        while not answers(self._folder):
            if not self.alive():
                if self._process is None:  # the adopted server was shutting down
                    return self.start(say, pause)
                self._fail(self._process.returncode)
            if (grown := self._folder.log.stat().st_size) != size:
                size, heard = grown, time.monotonic()
            if time.monotonic() - heard > _SILENCE:
                raise TransientError(
                    f"the database has not answered for {_SILENCE:.0f} s; its log is {self._folder.log}"
                )
            remind("waiting for the database: after a crash it first replays its log")
            if pause(_POLL):
                return False
        return True

    def _fail(self, status: int) -> NoReturn:
        if status < 0:
            raise TransientError(f"the database in {self._folder.path} was killed by signal {-status} while it started")
        with self._folder.log.open(errors="replace") as log:
            log.seek(self._log_start)
            why = reason(log.read())
        if "incompatible with server" in why:
            why += " (`job-etl db reset` makes a new one)"
        raise PermanentError(f"the database in {self._folder.path} does not start: {why}")


def answers(folder: Folder) -> bool:
    """Whether the folder's server accepts connections, asked as a client asks (PostgreSQL's protocol 3.0).

    A server that starts or shuts down refuses with SQLSTATE 57P03; any other answer means that it is up.
    """
    if not _lock_file(folder).endswith("ready"):
        return False  # asking a server that is starting would fill its log with refusals
    user = f"user\0{OWNER}\0database\0{DATABASE}\0\0".encode()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        try:
            client.connect(str(folder.socket_folder / SOCKET))
            client.sendall(struct.pack("!ii", len(user) + 8, 3 << 16) + user)
            answer = client.recv(4096)
        except OSError:
            return False
    return bool(answer) and b"C57P03\0" not in answer


def recorded_pid(folder: Folder) -> int | None:
    """The process id in the data folder's lock file, which may be of a server that is long gone."""
    first = _lock_file(folder).partition("\n")[0]
    return int(first) if first.isdecimal() else None


def _lock_file(folder: Folder) -> str:
    """The lock file of the data folder: its first line is the server's process id, its last how far it is."""
    try:
        return (folder.data / "postmaster.pid").read_text(errors="replace").strip()
    except OSError:
        return ""


def reminder(say: Say) -> Say:
    """A `say` to be called all the while one waits: it speaks after three seconds, and then every ten."""
    begun = time.monotonic()
    due = 3.0

    def remind(text: str) -> None:
        nonlocal due
        waited = time.monotonic() - begun
        if waited >= due:
            due = waited + 10
            say(f"{text} ({waited:.0f} s so far)")

    return remind
