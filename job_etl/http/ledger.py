"""Where the pace of every host is written down, so that all who ask it keep one rate and one quota together.

Belongs here: keeping a few numbers a host, for this process or this machine, and doing without a ledger that is away.
What the numbers mean is `pace`'s; the ledger that several machines share is `job_etl.warehouse.pacing`'s.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from job_etl.errors import PermanentError

_log = logging.getLogger(__name__)
_LEFT_ALONE = 60.0  # seconds, after which a ledger that was away is tried again

State = dict[str, float]
"""What is kept of a host: numbers by name; empty where it was never asked."""

Change = Callable[[float, State], float]
"""Given the time (seconds since 1970) and a host's state, changes the state and says how long to wait."""


class LedgerAway(Exception):
    """A ledger cannot be reached; the message says why."""


class Ledger(ABC):
    """Keeps the state of hosts; used by any number of threads."""

    @abstractmethod
    def update(self, host: str, change: Change) -> float:
        """Let `change` change the state of a host while nobody else does; nothing is kept where it raises.

        Raises:
            LedgerAway: the state cannot be had for the time being; `change` may have been called all the same.
        """

    def close(self) -> None:
        """Let go of what the ledger holds."""
        return


class Memory(Ledger):
    """This process's own."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._lock = threading.Lock()

    def update(self, host: str, change: Change) -> float:
        """Under this process's lock."""
        with self._lock:
            state = dict(self._states.get(host, {}))
            wait = change(time.time(), state)
            self._states[host] = state
            return wait


class Files(Ledger):
    """A file a host in a folder, under locks that die with their holder: for the processes of one machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def update(self, host: str, change: Change) -> float:
        """Under the lock of the host's file; raises PermanentError where it cannot be written."""
        path = self._folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', host)}.json"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                state = _numbers(file.read())
                wait = change(time.time(), state)
                file.seek(0)
                file.truncate()
                file.write(json.dumps(state))
                return wait
        except OSError as error:
            raise PermanentError(f"cannot keep the pace of the host in {path}: {error.strerror}") from error


class Preferred(Ledger):
    """One ledger as long as it can be reached, and another while it cannot."""

    def __init__(self, first: Ledger, second: Ledger) -> None:
        self._first = first
        self._second = second
        self._away_until = 0.0
        self._told = False

    def update(self, host: str, change: Change) -> float:
        """With the first ledger, where it can be reached."""
        if time.monotonic() >= self._away_until:
            try:
                return self._first.update(host, change)
            except LedgerAway as error:
                self._away_until = time.monotonic() + _LEFT_ALONE
                if not self._told:
                    self._told = True
                    _log.warning("%s; until it is back, the rates of providers are kept on this machine alone", error)
        return self._second.update(host, change)

    def close(self) -> None:
        """Close both."""
        self._first.close()
        self._second.close()


def _numbers(text: str) -> State:
    """What a file says; nothing where a write was cut short, so that the pace begins anew."""
    try:
        return {str(key): float(value) for key, value in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}
