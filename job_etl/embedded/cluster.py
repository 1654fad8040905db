"""What a server needs on disk before it starts: its data, its owner's password, its settings, its socket's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from job_etl.embedded.folder import Account, Folder
from job_etl.errors import PermanentError

OWNER = "job_etl_owner"
DATABASE = "job_etl"
PORT = 5432
"""Part of the socket's name only: the server listens on no network address."""

SOCKET = f".s.PGSQL.{PORT}"

_SYNC = "syncfs" if sys.platform == "linux" else "fsync"  # all at once: ten times faster on a busy disk
_LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107  # sun_path of unix(4) and unix(7), less the final null
_UNQUOTABLE = frozenset(",:\"'\\\n")  # lists of hosts and of socket folders are split at these


class Cluster:
    """The files of a server that is not running, and its programs, run as its account."""

    def __init__(self, folder: Folder, account: Account | None, programs: Path) -> None:
        self._folder = folder
        self._account = account
        self._programs = programs

    @property
    def postmaster(self) -> list[str]:
        """The command line of the server."""
        folder = self._folder
        return [
            str(self._programs / "postgres"),
            *("-D", str(folder.data)),
            *("-c", f"config_file={folder.settings}"),
            *("-c", f"cluster_name={folder.tag}"),
        ]

    @property
    def run_as(self) -> dict[str, Any]:
        """How the server's programs are run: as its account, with nothing of the caller's environment (PGPORT, …)."""
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        if self._account is None:
            return {"env": environment}
        return {"env": environment, "user": self._account.uid, "group": self._account.gid, "extra_groups": []}

    def create(self) -> None:
        """Make the data folder under another name, and give it its own once it is complete and on disk.

        Raises:
            PermanentError: it cannot be made; says why in PostgreSQL's words.
        """
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
        self._run("initdb", f"--pgdata={data}", "--sync-only", f"--sync-method={_SYNC}")
        data.rename(self._folder.data)
        parent = os.open(self._folder.path, os.O_RDONLY)
        os.fsync(parent)  # or a crash of the machine could take the name back
        os.close(parent)

    def prepare(self) -> None:
        """Write the settings and make the socket's folder; a password file that was lost gets a new password."""
        if not self._folder.passfile.exists():
            self._set_password(self._folder.data)
        self._prepare_socket_folder()
        _write(self._folder.settings, _settings(self._folder), 0o644)
        _write(self._folder.hba, "local all all scram-sha-256\n", 0o644)

    def _set_password(self, data: Path, *statements: str) -> None:
        """Give the owner a new random password, kept in a libpq password file, and run `statements` beside it."""
        password = os.urandom(24).hex()
        script = "\n".join((f"alter role {OWNER} password '{password}';", *statements, ""))
        named = f"cluster_name={self._folder.tag}"
        self._run("postgres", "--single", "-D", str(data), "-c", named, "template1", script=script)
        _write(self._folder.passfile, f"*:*:*:{OWNER}:{password}\n", 0o600)

    def _run(self, program: str, *arguments: str, script: str = "") -> None:
        """Run a PostgreSQL program to its end; in single-user mode only its words tell that it failed."""
        ran = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(self._programs / program), *arguments],
            input=script.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            **self.run_as,
        )
        complaints = ran.stderr.decode(errors="replace")
        if ran.returncode or re.search("ERROR:|FATAL:|PANIC:", complaints):
            raise PermanentError(f"cannot make a database in {self._folder.path}: {reason(complaints)}")

    def _prepare_socket_folder(self) -> None:
        """Make `run`: a private folder, or a link to one in /tmp where the path cannot name a socket."""
        run = self._folder.run
        path = str(run / SOCKET)
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH and not _UNQUOTABLE & set(path):
            if run.is_symlink():
                remove_socket_folder(self._folder)
            self._make_private(run)
        elif not (run.is_symlink() and self._is_private(run.readlink())):
            remove_socket_folder(self._folder)
            elsewhere = Path(f"/tmp/job_etl-{os.urandom(8).hex()}")  # noqa: S108 - nobody can guess and make it before
            self._make_private(elsewhere)
            run.symlink_to(elsewhere)

    def _is_private(self, path: Path) -> bool:
        """Whether a folder in /tmp is still ours."""
        if path.is_symlink() or not path.is_dir():
            return False
        found = path.stat()
        return found.st_uid == (self._account.uid if self._account else os.geteuid()) and found.st_mode & 0o077 == 0

    def _make_private(self, path: Path) -> None:
        path.mkdir(0o700, exist_ok=True)
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)


def remove_socket_folder(folder: Folder) -> None:
    """Remove `run`, and what it links to."""
    if folder.run.is_symlink():
        shutil.rmtree(folder.run.readlink(), ignore_errors=True)
        folder.run.unlink()
    else:
        shutil.rmtree(folder.run, ignore_errors=True)


def reason(log: str) -> str:
    """What a PostgreSQL program failed of, in its own words, on one line."""
    said = re.findall(r"(?:ERROR|FATAL|PANIC|error|DETAIL|detail): +(?!the database system is)(.*)", log)
    return ": ".join(said[:2]) or (log.strip().splitlines() or ["it gave no reason (is the disk full?)"])[-1]


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
        "shared_buffers": f"{min(memory // 4, 256)}MB",  # an idle server takes 35 MB more for every GB
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "32MB",
        "random_page_cost": "1.1",  # of disks without a head, or a table scanned whole for the rows of one batch
        "maintenance_work_mem": "256MB",
        "dynamic_shared_memory_type": "sysv" if sys.platform == "linux" else "posix",  # containers' /dev/shm is small
        "wal_level": "minimal",  # no replicas: a table filled in the transaction that makes it needs no log
        "max_wal_senders": 0,
        "max_logical_replication_workers": 0,
        "max_wal_size": "4GB",
        "recovery_init_sync_method": _SYNC,
        "checkpoint_timeout": "15min",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %a ",
        "log_checkpoints": "off",
    }
    quoted = {name: str(value).replace("\\", "\\\\").replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def _write(path: Path, text: str, mode: int) -> None:
    """Write a small file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    unfinished.replace(path)
