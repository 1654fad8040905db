"""Where a server lies and which account runs it.

PostgreSQL refuses to run as root. Started by root, it runs as an unprivileged account that is already there,
and where that account cannot enter the home (below /root, say), `<home>/postgres` is a link to a folder of our
own elsewhere. Permissions are only ever set on what was made here.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import NamedTuple

from job_etl.errors import PermanentError

ACCOUNTS = ("postgres", "_postgres", "nobody")
"""Who may run the server for root, first choice first: Debian's and Red Hat's name, macOS's, everyone's."""

OUTSIDE = ("/var/lib", "/var/db", "/var/tmp")  # noqa: S108 - the folder made in it belongs to root
"""Where a folder outside private homes may be made, first choice first: Linux, macOS, anywhere."""


class Account(NamedTuple):
    """An account the server runs as."""

    uid: int
    gid: int
    name: str


class Folder:
    """The folder of one server: its data, socket, log, locks and password."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path / "data"
        self.run = path / "run"
        self.log = path / "server.log"
        self.settings = path / "postgresql.conf"
        self.hba = path / "pg_hba.conf"
        self.passfile = path / "pgpass"
        self.leases = path / "leases.lock"
        self.supervision = path / "supervisor.lock"
        self.stop_request = path / "stop"

    @property
    def tag(self) -> str:
        """What every process of this server carries in its command line, and no other process does."""
        found = self.path.stat()
        return f"job_etl[{found.st_dev:x}.{found.st_ino:x}]"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, once a server was started; clients name it as their host."""
        return self.run.resolve()

    def earlier(self) -> list[Path]:
        """Folders outside that a home of this path had before it was deleted, or moved and is linked to them still."""
        if self.path.parent not in [Path(base, "job_etl") for base in OUTSIDE]:
            return []
        key = self.path.name.partition("-")[0]
        return [sibling for sibling in self.path.parent.glob(f"{key}-*") if sibling != self.path]


def find(home: Path) -> Folder | None:
    """The server folder of a home, if it has one."""
    path = home / "postgres"
    return Folder(path.resolve()) if path.is_dir() else None


def prepare(home: Path) -> Folder:
    """Make the server folder of a home, or find it.

    Raises:
        OSError: the home cannot be written.
    """
    path = home / "postgres"
    as_root = os.geteuid() == 0
    if not path.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        if as_root and not path.is_symlink() and not can_enter(home, account_for_root()):
            _link_outside(path)
        _make(path.readlink() if path.is_symlink() else path, 0o711 if as_root else 0o700)
    return Folder(path.resolve())


def account_for_root() -> Account:
    """The account that runs a new server for root.

    Raises:
        PermanentError: there is none on this machine.
    """
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise PermanentError(
        f"PostgreSQL does not run as root, and this machine has none of the accounts {', '.join(ACCOUNTS)}; "
        "run as an ordinary user or set JOB_ETL_DATABASE_URL"
    )


def account_of(folder: Folder) -> Account | None:
    """The account that runs the server of a folder: the owner of its data; None for one's own account."""
    if os.geteuid() != 0:
        return None
    if not folder.data.exists():
        return account_for_root()
    owner = folder.data.stat()
    return Account(owner.st_uid, owner.st_gid, f"number {owner.st_uid}")


def can_enter(path: Path, account: Account) -> bool:
    """Whether the mode bits let an account enter a folder and all folders above it."""
    path = path.resolve()
    return all(_allows(folder, account, 0o1) for folder in (path, *path.parents))


def can_run(program: Path, account: Account) -> bool:
    """Whether the mode bits let an account read and execute a file."""
    program = program.resolve()
    return can_enter(program.parent, account) and _allows(program, account, 0o5)


def _allows(path: Path, account: Account, wanted: int) -> bool:
    found = path.stat()
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return (found.st_mode >> shift) & wanted == wanted


def _link_outside(path: Path) -> None:
    """Make `path` a link to a folder that is still to be made, outside private homes.

    Its name tells the home's path, as a hash, and is otherwise random: a home that is deleted and made again starts
    with a new database.
    """
    import hashlib  # takes as much memory as the rest of the supervisor, which never comes here

    home = path.parent.resolve()
    key = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    base = next((Path(each) for each in OUTSIDE if os.access(each, os.W_OK)), None)
    if base is None:
        raise PermanentError(
            f"none of {', '.join(OUTSIDE)} can be written, and {home} is closed to the server's account"
        )
    shelf = base / "job_etl"
    _make(shelf, 0o755)
    found = shelf.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022:
        raise PermanentError(f"{shelf} should belong to root and be writable by nobody else: move it away")
    try:
        path.symlink_to(shelf / f"{key}-{os.urandom(4).hex()}")
    except FileExistsError:
        return  # another process was faster; its link counts


def _make(path: Path, mode: int) -> None:
    try:
        path.mkdir(mode, parents=True)
    except FileExistsError:
        return
    path.chmod(mode)  # whatever the umask
