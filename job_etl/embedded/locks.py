"""File locks that die with their holder. Belongs here: flock(2), and nothing about what is locked."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Lock a file, made if missing, and return the open descriptor that holds the lock, or None if that fails now.

    It fails while somebody else holds the lock, and where the file's folder has just been deleted.
    The lock lasts until every copy of the descriptor is closed: forked children and those it is passed to hold it too.

    Raises:
        OSError: the file cannot be opened, or its file system has no locks.
    """
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        return None
    try:
        if relock(lock, shared=shared) and is_current(lock, path):
            return lock
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def relock(lock: int, *, shared: bool = False) -> bool:
    """Lock an open descriptor without waiting; false if another one holds it."""
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(lock: int) -> None:
    """Unlock a descriptor, and with it every copy of it, without closing it."""
    fcntl.flock(lock, fcntl.LOCK_UN)


def is_current(lock: int, path: Path) -> bool:
    """Whether the descriptor is still the file at `path`: a lock on a file that was deleted excludes nobody."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False
