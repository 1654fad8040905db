"""The process that owns a server: starts it, restarts it when it crashes, stops it when nobody holds a lease.

It is started with the supervision lock already held on a descriptor it inherits, so that there is no moment at
which two could start. Kept light: it lives as long as the server does, and imports the standard library only.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import job_etl
from job_etl.embedded import binaries, locks
from job_etl.embedded.cluster import remove_socket_folder
from job_etl.embedded.folder import Folder
from job_etl.embedded.server import Pause, Say, Server
from job_etl.errors import JobEtlError, PermanentError, TransientError

_LINGER = "JOB_ETL_EMBEDDED_LINGER"
_DEFAULT_LINGER = "5"  # seconds; commands that follow one another then share one server
_TICK = 0.2
_LIVES = 100  # a bound, should it not be somebody's kill that ends it but a fault of its own
_LOG_LIMIT = 10 * 2**20  # bytes; one older log is kept

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from job_etl.embedded.supervisor import main; main(*sys.argv[2:])"


def launch(folder: Folder, lock: int, say: Say) -> bool:
    """Start a supervisor, which holds the supervision `lock` too, and wait until its server answers.

    False if somebody else asked to stop the server before it did.

    Raises:
        PermanentError: the server cannot be made or started.
        TransientError: it hangs, or the supervisor was killed.
    """
    package = Path(job_etl.__file__).parents[1]
    try:
        linger = float(os.environ.get(_LINGER) or _DEFAULT_LINGER)
    except ValueError as error:
        raise PermanentError(f"{_LINGER} must be a number of seconds, not {os.environ[_LINGER]!r}") from error
    arguments = [package, folder.path, binaries.installed(), linger, lock]
    log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with (
        os.fdopen(log) as errors,
        subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-I", "-S", "-c", _BOOT, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            pass_fds=[lock],
            start_new_session=True,
            text=True,
            errors="surrogateescape",
        ) as process,
    ):
        for line in process.stdout or ():
            word, _, text = line.rstrip("\n").partition(" ")
            if word in ("ready", "stopped"):
                return word == "ready"
            if word == "say":
                say(text)
            else:
                raise (PermanentError if word == "permanent" else TransientError)(text)
    raise TransientError(f"the database's supervisor ended before it was ready; its log is {folder.log}")


@contextmanager
def halted(folder: Folder) -> Iterator[None]:
    """Stop the server of a folder, whoever uses it, and keep it from being started in the meantime."""
    while (lock := locks.try_lock(folder.supervision)) is None:
        folder.stop_request.touch()
        time.sleep(0.02)
    try:
        server = Server(folder, Path())
        if server.adopt():
            server.stop()
        folder.stop_request.unlink(missing_ok=True)
        yield
    finally:
        os.close(lock)


def remove(folder: Folder, link: Path | None = None) -> None:
    """Stop a folder's server and delete the folder, and the link to it if `link` is one."""
    with halted(folder):
        remove_socket_folder(folder)
        deleted = folder.path.with_name(f"{folder.path.name}.deleted.{os.urandom(4).hex()}")
        if link and link.is_symlink():
            link.unlink()
        folder.path.rename(deleted)  # at once, so that nobody starts in half a folder
        shutil.rmtree(deleted)


def main(path: str, programs: str, linger: str, lock: str) -> None:
    """Supervise the server in the folder `path` until nobody has held a lease for `linger` seconds."""
    if os.fork():
        os._exit(0)  # nobody has to wait for what lives on
    os.chdir("/")
    os.umask(0o022)
    folder = Folder(Path(path))
    _drop_root(folder)
    _outlive_a_kill()
    try:
        _supervise(folder, Server(folder, Path(programs)), float(linger), int(lock))
    except JobEtlError as error:
        _report("permanent" if isinstance(error, PermanentError) else "transient", str(error))
    except OSError as error:
        _report("permanent", f"cannot run a database in {path}: {error.strerror}: {error.filename or path}")


def _outlive_a_kill() -> None:
    """Go on in a child, and in another one when that is killed: the server must not be left without a supervisor."""
    for _ in range(_LIVES):
        child = os.fork()
        if not child:
            return
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended):
            break
    os._exit(0)


def _supervise(folder: Folder, server: Server, linger: float, lock: int) -> None:
    pause = _pauses(folder)
    leases = os.open(folder.leases, os.O_RDWR)
    if not server.start(lambda text: _report("say", text), pause):
        server.stop()
        _report("stopped")
        return
    _report("ready")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    unused_since: float | None = None
    while not pause(_TICK):
        if not locks.is_current(lock, folder.supervision):  # the home was deleted, and may have been made anew
            server.stop_at_once()
            return
        if not server.alive() and not server.start(lambda _: None, pause):
            break
        _rotate(folder.log)
        if not locks.relock(leases):
            unused_since = None
            continue
        unused_since = unused_since or time.monotonic()
        if time.monotonic() - unused_since >= linger:
            break  # with the lock on the leases: whoever wants one waits until the server is down
        locks.unlock(leases)
    server.stop()


def _pauses(folder: Folder) -> Pause:
    """A wait that ends early when the server's process ends, and knows when stopping was asked for."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stopping = False

    def pause(seconds: float) -> bool:
        nonlocal stopping
        if select.select([woken], [], [], seconds)[0]:
            received = os.read(woken, 64)
            stopping = stopping or signal.SIGTERM in received or signal.SIGINT in received
        if folder.stop_request.exists():
            folder.stop_request.unlink(missing_ok=True)
            stopping = True
        return stopping

    return pause


def _report(word: str, text: str = "") -> None:
    """Tell the process that started this one; it may be gone, and the log should know errors too."""
    with suppress(OSError):
        os.write(1, os.fsencode(f"{word} {' '.join(text.split())}\n"))
    if text and word != "say":
        print("supervisor:", text, file=sys.stderr, flush=True)


def _drop_root(folder: Folder) -> None:
    """In an ordinary user's folder even root acts as that user, who could otherwise have it write anywhere."""
    owner = folder.path.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def _rotate(log: Path) -> None:
    """Move a long log aside by copying, because the server keeps the file open."""
    with suppress(OSError):
        if log.stat().st_size > _LOG_LIMIT:
            shutil.copy(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
