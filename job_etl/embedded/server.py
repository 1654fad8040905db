"""One PostgreSQL server: made, started or found running, asked whether it answers, and stopped.

Only whoever holds the folder's supervision lock may use `Server`; the functions are for everyone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from job_etl.embedded import binaries
from job_etl.embedded.folder import Account, Folder, account_of, can_enter
from job_etl.errors import PermanentError, TransientError

OWNER = "job_etl_owner"
DATABASE = "job_etl"
PORT = 5432
"""Part of the socket's name only: the server listens on no network address."""

_SOCKET = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107  # sun_path of unix(4) and unix(7), less the final null
_UNQUOTABLE = frozenset(",:\"'\\\n")  # lists of hosts and of socket folders are split at these

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # the caller's PG* variables stay out
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
        self._account = account_of(folder)
        self._programs = programs
        self._tag = folder.tag
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
            if self._account and not can_enter(self._folder.path, self._account):
                raise PermanentError(
                    f"the account {self._account.name}, which runs the database for root, cannot enter "
                    f"{self._folder.path}: make the folders above it searchable or set JOB_ETL_HOME to another folder"
                )
            self._programs = binaries.runnable_by(self._account, self._programs, self._folder)
            if not self._folder.data.exists():
                say("making a new database")
                self._create()
            elif not self._folder.passfile.exists():
                self._set_password(self._folder.data)
            self._spawn()
        return self._wait_until_it_answers(say, pause)

    def adopt(self) -> bool:
        """Take over the running server of this folder, if there is one."""
        pid = recorded_pid(self._folder)
        self._process, self._pid = None, pid if pid in self._processes() else None
        return self._pid is not None

    def alive(self) -> bool:
        """Whether the postmaster still runs."""
        if self._process is not None:
            return self._process.poll() is None
        return self._pid in self._processes(self._pid)

    def stop(self) -> None:
        """Shut the server down: clients are disconnected, nothing committed is lost."""
        self._signal(signal.SIGINT)
        if not self._ends_within(_SLOW_STOP):
            self.stop_at_once()

    def stop_at_once(self) -> None:
        """Stop without writing anything more, as a crash would."""
        self._signal(signal.SIGQUIT)
        self._ends_within(_SLOW_STOP)

    def _processes(self, among: int | None = None) -> set[int]:
        """The running programs of this server, known by their tag and account; `among` asks about one only."""
        uid = self._account.uid if self._account else os.geteuid()
        return {
            pid
            for pid, owner, command in _running(among)
            if owner == uid and self._tag in command and re.match(r"postgres: |[^\0]*/postgres[\0 ]", command)
        }

    def _signal(self, number: signal.Signals) -> None:
        if self.alive() and self._pid is not None:
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
        while leftovers := self._processes():
            for pid in leftovers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL)
        for stale in (self._folder.data / "postmaster.pid", *self._folder.run.glob(f"{_SOCKET}*")):
            stale.unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the data folder under another name, and give it its own once it is complete and on disk."""
        for unfinished in self._folder.path.glob("data.new.*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        data = self._folder.path / f"data.new.{os.urandom(4).hex()}"
        self._make_private(data)
        self._run(
            "initdb",
            f"--pgdata={data}",
            f"--username={OWNER}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=peer",
            "--auth-host=reject",
            "--no-sync",
        )
        self._set_password(data, f"create database {DATABASE};")
        self._run("initdb", f"--pgdata={data}", "--sync-only")
        data.rename(self._folder.data)
        parent = os.open(self._folder.path, os.O_RDONLY)
        os.fsync(parent)  # or a crash of the machine could take the name back
        os.close(parent)

    def _set_password(self, data: Path, *statements: str) -> None:
        """Give the owner a new random password, kept in a libpq password file, and run `statements` beside it."""
        password = os.urandom(24).hex()
        script = "\n".join((f"alter role {OWNER} password '{password}';", *statements, ""))
        named = f"cluster_name={self._tag}"
        self._run("postgres", "--single", "-D", str(data), "-c", named, "template1", script=script)
        _write(self._folder.passfile, f"*:*:*:{OWNER}:{password}\n", 0o600)

    def _run(self, program: str, *arguments: str, script: str = "") -> None:
        """Run a PostgreSQL program to its end."""
        ran = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(self._programs / program), *arguments],
            input=script.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            env=_ENVIRONMENT,
            **_run_as(self._account),
        )
        complaints = ran.stderr.decode(errors="replace")
        if ran.returncode or re.search("ERROR:|FATAL:|PANIC:", complaints):
            raise PermanentError(f"cannot make a database in {self._folder.path}: {_reason(complaints)}")

    def _spawn(self) -> None:
        """Start the postmaster, with its own settings, socket folder and log."""
        folder = self._folder
        self._prepare_socket_folder()
        _write(folder.settings, _settings(folder), 0o644)
        _write(folder.hba, "local all all scram-sha-256\n", 0o644)
        log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._log_start = os.fstat(log).st_size
            self._process = subprocess.Popen(  # noqa: S603 - the wheel's own program
                [
                    str(self._programs / "postgres"),
                    *("-D", str(folder.data)),
                    *("-c", f"config_file={folder.settings}"),
                    *("-c", f"cluster_name={self._tag}"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_ENVIRONMENT,
                start_new_session=True,
                **_run_as(self._account),
            )
        finally:
            os.close(log)
        self._pid = self._process.pid

    def _prepare_socket_folder(self) -> None:
        """Make `run`: a private folder, or a link to one in the temporary folder if the path cannot name a socket."""
        run = self._folder.run
        path = str(run / _SOCKET)
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH and not _UNQUOTABLE & set(path):
            if run.is_symlink():
                remove_socket_folder(self._folder)
            self._make_private(run)
        elif not (run.is_symlink() and self._is_private(run)):
            remove_socket_folder(self._folder)
            elsewhere = Path(f"/tmp/job_etl-{os.urandom(8).hex()}")  # noqa: S108 - nobody can guess and make it before
            elsewhere.mkdir(0o700)
            self._give(elsewhere)
            run.symlink_to(elsewhere)

    def _is_private(self, run: Path) -> bool:
        elsewhere = run.readlink()
        if not elsewhere.is_dir() or elsewhere.is_symlink():
            return False
        found = elsewhere.stat()
        return found.st_uid == (self._account.uid if self._account else os.geteuid()) and found.st_mode & 0o077 == 0

    def _make_private(self, path: Path) -> None:
        path.mkdir(0o700, exist_ok=True)
        self._give(path)

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _wait_until_it_answers(self, say: Say, pause: Pause) -> bool:
        """Wait as long as the server lives and its log grows, with a word to the person now and then."""
        heard = time.monotonic()
        size = 0
        remind = reminder(say)
        while not answers(self._folder):
            if not self.alive():
                if self._process is None:  # the adopted server was shutting down
                    return self.start(say, pause)
                self._fail()
            if (grown := self._log_size()) != size:
                size, heard = grown, time.monotonic()
            if time.monotonic() - heard > _SILENCE:
                raise TransientError(
                    f"the database has not answered for {_SILENCE:.0f} s; its log is {self._folder.log}"
                )
            remind("waiting for the database: after a crash it first replays its log")
            if pause(_POLL):
                return False
        return True

    def _log_size(self) -> int:
        return self._folder.log.stat().st_size if self._folder.log.exists() else 0

    def _fail(self) -> NoReturn:
        with self._folder.log.open(errors="replace") as log:
            log.seek(self._log_start)
            reason = _reason(log.read())
        if "incompatible with server" in reason:
            reason += " (`job-etl db reset` makes a new one)"
        raise PermanentError(f"the database in {self._folder.path} does not start: {reason}")


def answers(folder: Folder) -> bool:
    """Whether the folder's server accepts connections, asked as a client asks (PostgreSQL's protocol 3.0).

    A server that starts or shuts down refuses with SQLSTATE 57P03; any other answer means that it is up.
    """
    user = f"user\0{OWNER}\0database\0{DATABASE}\0\0".encode()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        try:
            client.connect(str(folder.socket_folder / _SOCKET))
            client.sendall(struct.pack("!ii", len(user) + 8, 3 << 16) + user)
            answer = client.recv(4096)
        except OSError:
            return False
    return bool(answer) and b"C57P03\0" not in answer


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


def remove_socket_folder(folder: Folder) -> None:
    """Remove `run`, and what it links to."""
    if folder.run.is_symlink():
        shutil.rmtree(folder.run.readlink(), ignore_errors=True)
        folder.run.unlink()
    else:
        shutil.rmtree(folder.run, ignore_errors=True)


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


def recorded_pid(folder: Folder) -> int | None:
    """The process id in the data folder's lock file, which may be of a server that is long gone."""
    try:
        return int((folder.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _settings(folder: Folder) -> str:
    """The server's configuration. `alter system` wins over it, so a person can still tune."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": folder.socket_folder,
        "hba_file": folder.hba,
        "ident_file": folder.data / "pg_ident.conf",
        "max_connections": 50,
        "shared_buffers": f"{min(memory // 4, 256)}MB",  # every GB costs 35 MB of an idle server
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "wal_level": "minimal",  # no replicas: a table filled in the transaction that makes it needs no log
        "max_wal_senders": 0,
        "max_logical_replication_workers": 0,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "dynamic_shared_memory_type": "sysv" if sys.platform == "linux" else "posix",  # containers' /dev/shm is small
        "log_checkpoints": "off",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %a ",
    }
    quoted = {name: str(value).replace("\\", "\\\\").replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def _run_as(account: Account | None) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _reason(log: str) -> str:
    """What a PostgreSQL program died of, in its own words, on one line."""
    said = re.findall(r"(?:ERROR|FATAL|PANIC|error|DETAIL|detail): +(.*)", log)
    return ": ".join(said[:2]) or (log.strip().splitlines() or ["it gave no reason (is the disk full?)"])[-1]


def _write(path: Path, text: str, mode: int) -> None:
    """Write a small file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    unfinished.replace(path)
