"""The pace of every host in the database, for crawls on several machines.

Belongs here: keeping the numbers of `job_etl.http.ledger` in `ops.host_pace`, by the server's clock, as those of
machines differ. A crawl never waits for the database: whatever is slow or wrong with it is `LedgerAway` in seconds.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import psycopg
from psycopg.conninfo import make_conninfo

from job_etl.errors import JobEtlError
from job_etl.http.ledger import Change, Ledger, LedgerAway, State
from job_etl.warehouse.connect import load_sql, one_line, open_connection

PATIENCE = 3.0
"""Seconds that a crawl waits for the database, where a transaction takes a few milliseconds."""

# A rate that is lost with the server's last half second is no loss; a machine that dies lets go of its host's row soon.
_SESSION = """
set synchronous_commit to off;
set lock_timeout to '2s';
set idle_in_transaction_session_timeout to '5s'
"""


class SharedLedger(Ledger):
    """The table `ops.host_pace` of the database at `url`, over one connection that is opened when it is needed."""

    def __init__(self, url: str) -> None:
        self._conninfo = make_conninfo(url, connect_timeout=int(PATIENCE))
        self._connection: psycopg.Connection | None = None
        self._lock = threading.Lock()

    def update(self, host: str, change: Change) -> float:
        """Under the lock of the host's row, in a transaction of its own."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise LedgerAway(f"the database does not answer within {PATIENCE:g} s")
        try:
            connection = self._opened()
            watch = threading.Timer(PATIENCE, _cut, [connection.fileno()])
            watch.start()
            try:
                with connection.transaction():
                    return _changed(connection, host, change)
            finally:
                watch.cancel()
        except psycopg.Error as error:
            self._drop()
            raise LedgerAway(f"the database does not keep the pace of hosts ({one_line(error)})") from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _opened(self) -> psycopg.Connection:
        if self._connection is None:
            try:
                self._connection = open_connection(self._conninfo, "job-etl crawl")
            except JobEtlError as error:
                raise LedgerAway(str(error)) from error
            self._connection.execute(_SESSION)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _changed(connection: psycopg.Connection, host: str, change: Change) -> float:
    row = connection.execute(load_sql("pacing/take.sql"), {"host": host}).fetchone()
    assert row is not None, "the row is made where there is none"
    now, *kept = row
    state: State = {
        name: value for name, value in zip(("next", "day", "asked"), kept, strict=True) if value is not None
    }
    wait = change(now, state)
    connection.execute(load_sql("pacing/keep.sql"), {"host": host, "day": None, "asked": 0, **state})
    return wait


def _cut(descriptor: int) -> None:
    """Cut a connection under whoever waits on it: libpq has no timeout of its own for an answer."""
    with suppress(OSError), socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.shutdown(socket.SHUT_RDWR)
