"""Sets up the schema and brings it up to date.

Belongs here: which revision a database is at, and taking it to the newest one. What a revision does lies in `sql/`;
whether the live catalogue still is what was declared, `catalogue` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import psycopg
from psycopg import errors

from job_etl import paths
from job_etl.errors import PermanentError, TransientError
from job_etl.warehouse.catalogue import declared_objects
from job_etl.warehouse.connect import connect, load_sql, one_line, open_connection

_OLDEST_SERVER = 18  # the first with uuidv7()
_LOCK = 0x6A6F62_65746C  # "jobetl": any constant number that two bootstraps of one database agree on


@dataclass(frozen=True, slots=True)
class Applied:
    """What a bootstrap did: the revisions it applied, oldest first, the version the database has now, and the time."""

    revisions: list[str]
    version: str
    milliseconds: int


def revisions() -> list[str]:
    """The revisions this code knows, oldest first: the folders of `sql/`."""
    return sorted(folder.name for folder in paths.project_file("sql").iterdir() if folder.is_dir())


def schema_version(connection: psycopg.Connection) -> str | None:
    """The revision a database is at; None before the first."""
    if connection.execute("select to_regclass('ops.schema_version')").fetchone() == (None,):
        return None
    row = connection.execute("select version_num from ops.schema_version").fetchone()
    return str(row[0]) if row else None


def bootstrap(url: str) -> Applied:
    """Bring a database to the newest revision: all of it in one transaction, or nothing.

    Two processes may do it at once: the second waits for the first and then has nothing to do.

    Raises:
        PermanentError: the server is too old, a privilege is missing, the database was set up by newer code, or it
            holds objects of these names that no revision made.
        TransientError: the server is not there, or another process has been at it for a minute.
    """
    started = perf_counter()
    known = revisions()
    with connect(url, application_name="job-etl bootstrap") as connection:
        _refuse_old_server(connection)
        before = schema_version(connection)
    pending = _pending(before, known)
    if pending:
        pending = _upgrade(url, known)
    return Applied(pending, known[-1], round((perf_counter() - started) * 1000))


def _refuse_old_server(connection: psycopg.Connection) -> None:
    if connection.info.server_version < _OLDEST_SERVER * 10_000:
        found = connection.info.parameter_status("server_version")
        raise PermanentError(f"the server is PostgreSQL {found}, job-etl needs {_OLDEST_SERVER} or newer")


def _pending(version: str | None, known: list[str]) -> list[str]:
    if version is None:
        return known
    if version not in known:
        raise PermanentError(
            f"the database is at revision {version}, this job-etl knows up to {known[-1]}: "
            "use the job-etl that set it up, or a newer one"
        )
    return known[known.index(version) + 1 :]


def _upgrade(url: str, known: list[str]) -> list[str]:
    # Half a second to import, and seldom needed.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    def open_for_alembic() -> psycopg.Connection:
        connection = open_connection(url, "job-etl bootstrap")
        connection.autocommit = False
        return connection

    engine = create_engine("postgresql+psycopg://", creator=open_for_alembic, poolclass=NullPool)
    try:
        with engine.begin() as transaction:
            connection = transaction.connection.driver_connection
            assert isinstance(connection, psycopg.Connection)
            connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            pending = _pending(schema_version(connection), known)
            if pending == known:
                _refuse_obstacles(connection)
                connection.execute("create schema if not exists ops")
            if pending:
                # Every name in `sql/` has its schema: nothing depends on, or can be misled by, the search path.
                connection.execute("set local search_path to ''")
                config = Config(attributes={"connection": transaction})
                config.set_main_option("script_location", "job_etl.warehouse:migrations")
                command.upgrade(config, "head")
            return pending
    except errors.LockNotAvailable as error:
        raise TransientError("another process has been setting up this database for a minute: try again") from error
    except (psycopg.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        assert isinstance(cause, psycopg.Error)
        kind = TransientError if isinstance(cause, psycopg.OperationalError) else PermanentError
        raise kind(f"the schema was not set up, nothing was changed: {one_line(cause)}") from error
    finally:
        engine.dispose()


def _refuse_obstacles(connection: psycopg.Connection) -> None:
    if obstacles := [str(row[0]) for row in connection.execute(load_sql("bootstrap/obstacles.sql"))]:
        raise PermanentError("; ".join(obstacles))
    if there := declared_objects(connection):
        shown = ", ".join(there[:5]) + (", …" if len(there) > 5 else "")
        raise PermanentError(
            f"the database holds {shown}, but no schema version: another program made them, or a set-up by hand was "
            "left half done; use another database, or drop or rename them"
        )
