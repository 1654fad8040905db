"""Where the database is, and how to connect to it.

Belongs here: reading the settings that name a database, opening connections, and saying in one line why one could
not be opened. Statements lie in `.sql` files beside their users.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_loads

from job_etl import jsontext, paths
from job_etl.errors import ConfigError, JobEtlError, PermanentError, TransientError
from job_etl.secrets import secret

if TYPE_CHECKING:
    from job_etl.embedded import Lease

_PARTS = (
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_DB",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_PASSWORD_FILE",
)

_SESSION = {
    "connect_timeout": "10",
    "client_encoding": "UTF8",
    # A peer that vanished without a word is noticed within a minute, not after the kernel's two hours.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}

# libpq reports a failed connection as text only. The first pattern that matches decides; what a server in another
# language says falls through to its own words.
_CONNECTION_FAILURES: tuple[tuple[str, type[JobEtlError], str], ...] = (
    (
        "password authentication failed|no password supplied|empty password",
        PermanentError,
        "the password was refused: set POSTGRES_PASSWORD, POSTGRES_PASSWORD_FILE or JOB_ETL_DATABASE_URL",
    ),
    (
        'database ".*" does not exist',
        PermanentError,
        "the server has no such database: create it, or set POSTGRES_DB or JOB_ETL_DATABASE_URL",
    ),
    (
        'role ".*" does not exist',
        PermanentError,
        "the server has no such user: set POSTGRES_USER or JOB_ETL_DATABASE_URL",
    ),
    (
        "no encryption|requires? SSL|SSL is required",
        PermanentError,
        "the server wants TLS: set JOB_ETL_DATABASE_URL with ?sslmode=require (or verify-full)",
    ),
    (
        "server does not support SSL",
        PermanentError,
        "the server has no TLS: set JOB_ETL_DATABASE_URL with another sslmode, or turn TLS on in the server",
    ),
    (
        "certificate|root\\.crt",
        PermanentError,
        "the server's certificate was not accepted: set sslrootcert or sslmode in JOB_ETL_DATABASE_URL",
    ),
    (
        "no pg_hba.conf entry|pg_hba.conf rejects|permission denied for database|is not permitted to log in",
        PermanentError,
        "the server does not let this user in from here: see its pg_hba.conf and the user's CONNECT privilege",
    ),
    (
        "too many (clients|connections)|remaining connection slots",
        TransientError,
        "the server has no connection left: close others, or raise its max_connections",
    ),
    (
        "starting up|shutting down|in recovery mode|not yet accepting",
        TransientError,
        "the server is starting or stopping: try again in a moment",
    ),
    (
        "failed to resolve host|could not translate host name",
        TransientError,
        "the host's name is not known: set POSTGRES_HOST or JOB_ETL_DATABASE_URL",
    ),
    (
        "refused|timeout|timed out|No such file|No route|unreachable|closed the connection|reset by peer",
        TransientError,
        "no server answers there: start it, or set POSTGRES_HOST and POSTGRES_PORT or JOB_ETL_DATABASE_URL",
    ),
)

_leases: dict[Path, Lease] = {}


def database_url() -> str:
    """The URL of the database: as configured, else that of the embedded server, which is started where it is not up.

    Configured is `JOB_ETL_DATABASE_URL`, or any of `POSTGRES_HOST` (default localhost), `POSTGRES_PORT` (5432),
    `POSTGRES_DB` (job_etl), `POSTGRES_USER` (job_etl_user), `POSTGRES_PASSWORD` and `POSTGRES_PASSWORD_FILE`; with
    `JOB_ETL_DATABASE_IAM=on` the password is a token of AWS, for connections of the next 15 minutes. The embedded
    server is kept up until this process ends.

    Raises:
        ConfigError: a setting cannot be read.
        JobEtlError: the embedded server does not start.
    """
    if url := secret("JOB_ETL_DATABASE_URL"):
        return _checked(url, "JOB_ETL_DATABASE_URL")
    return _embedded_url() if is_embedded() else _url_of_parts()


def is_embedded() -> bool:
    """Whether no database is configured, so that the embedded server is the database."""
    return not secret("JOB_ETL_DATABASE_URL") and not any(os.environ.get(name) for name in _PARTS)


def database_name() -> str:
    """The name of the database of `database_url()`, without starting the embedded server.

    Where the settings cannot be read it is the default: whoever connects is told of the mistake.
    """
    from job_etl.embedded import DATABASE

    try:
        return DATABASE if is_embedded() else _parameters(database_url(), "the database URL").get("dbname", DATABASE)
    except ConfigError:
        return DATABASE


def owner_database_url() -> str:
    """The URL to set up and change the schema with: `JOB_ETL_OWNER_DATABASE_URL`, else the same as `database_url()`.

    Raises:
        ConfigError: a setting cannot be read.
        JobEtlError: the embedded server does not start.
    """
    if url := secret("JOB_ETL_OWNER_DATABASE_URL"):
        return _checked(url, "JOB_ETL_OWNER_DATABASE_URL")
    return database_url()


@contextmanager
def connect(url: str | None = None, *, application_name: str = "job-etl") -> Iterator[psycopg.Connection]:
    """A connection in autocommit mode, in UTC, closed at the end: what belongs together stands in `.transaction()`.

    A statement waits a minute for a lock at most.

    Raises:
        PermanentError: the password, user, database, TLS setting or a privilege is wrong, or the schema is not set up.
        TransientError: the server is not there, is busy, has no room, or went away in the middle.
    """
    connection = open_connection(url or database_url(), application_name)
    info = connection.pgconn
    place = _described(*(value.decode() for value in (info.user, info.host, info.port, info.db)))
    try:
        with connection:
            yield connection
    except (errors.InsufficientPrivilege, errors.UndefinedTable, errors.InvalidSchemaName) as error:
        hint = "set up the schema first (bootstrap/schema), and connect as a role with its grants"
        raise PermanentError(f"{place}: {one_line(error)}: {hint}") from error
    except errors.DiskFull as error:
        raise TransientError(
            f"{place}: {one_line(error)}: free space on the disk of the database, and run again"
        ) from error
    except psycopg.OperationalError as error:
        raise TransientError(f"{place}: {one_line(error)}") from error


def open_connection(url: str, application_name: str = "job-etl") -> psycopg.Connection:
    """A connection as `connect` gives it, for the few who must close it themselves.

    Raises:
        PermanentError, TransientError: it could not be opened; the message never holds the password.
    """
    parameters = _parameters(url, "the database URL")
    conninfo = make_conninfo(**{**_SESSION, "application_name": application_name, **parameters})
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise _explained(error, parameters) from None
    set_json_loads(_decode_json, connection)
    # Set here and not as a start-up option: poolers and proxies refuse those.
    connection.execute("set timezone to 'UTC'; set lock_timeout to '60s'; set client_min_messages to warning")
    return connection


def dbt_environment(url: str | None = None) -> dict[str, str]:
    """The environment variables with which dbt's profile finds the same database.

    `JOB_ETL_DBT_HOST`, `_PORT`, `_USER`, `_DBNAME` and `DBT_ENV_SECRET_JOB_ETL_PASSWORD`, which dbt keeps out of its
    logs; further parameters of the URL, such as `sslmode`, under libpq's own names (`PGSSLMODE`).
    """
    parameters = _parameters(url or database_url(), "the database URL")
    named = {
        "JOB_ETL_DBT_HOST": parameters.pop("host", "localhost"),
        "JOB_ETL_DBT_PORT": parameters.pop("port", "5432"),
        "JOB_ETL_DBT_USER": parameters.pop("user", "job_etl_user"),
        "JOB_ETL_DBT_DBNAME": parameters.pop("dbname", "job_etl"),
        "DBT_ENV_SECRET_JOB_ETL_PASSWORD": parameters.pop("password", ""),
        "PGAPPNAME": "job-etl-dbt",
    }
    variables = {
        option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar
    }
    return {**{variables[name]: value for name, value in parameters.items() if name in variables}, **named}


@cache
def load_sql(name: str) -> str:
    """The text of `sql/<name>` beside this module, such as `raw/record_crawl.sql`."""
    return Path(__file__).parent.joinpath("sql", name).read_text(encoding="utf-8")


def one_line(error: psycopg.Error) -> str:
    """What the server or libpq said, without its details."""
    return error.diag.message_primary or next(iter(str(error).splitlines()), type(error).__name__)


def _embedded_url() -> str:
    """The embedded server's URL, from a new lease each time: another process may have stopped it or made it anew.

    The newest lease of a home is held until the process ends, where the kernel drops it.
    """
    from job_etl.embedded import acquire

    home = paths.home()
    lease = acquire(home)
    if previous := _leases.get(home):
        previous.release()
    _leases[home] = lease
    return lease.url


def _url_of_parts() -> str:
    get = os.environ.get
    host, port = get("POSTGRES_HOST") or "localhost", get("POSTGRES_PORT") or "5432"
    user, database = get("POSTGRES_USER") or "job_etl_user", get("POSTGRES_DB") or "job_etl"
    if get("POSTGRES_PASSWORD") and get("POSTGRES_PASSWORD_FILE"):
        raise ConfigError("POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set: unset one of them")
    if not port.isdecimal():
        raise ConfigError(f"POSTGRES_PORT is {port!r}, expected a number")
    password = _token(host, port, user) or secret("POSTGRES_PASSWORD")
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    if host.startswith("/"):
        return f"postgresql://{login}@/{quote(database, safe='')}?host={quote(host, safe='')}&port={port}"
    return f"postgresql://{login}@{f'[{host}]' if ':' in host else host}:{port}/{quote(database, safe='')}"


def _token(host: str, port: str, user: str) -> str | None:
    """A password that AWS lets in, where `JOB_ETL_DATABASE_IAM` is on."""
    if os.environ.get("JOB_ETL_DATABASE_IAM") != "on":
        return None
    from job_etl.aws import database_token

    return database_token(host, port, user)


def _checked(url: str, named_by: str) -> str:
    _parameters(url, named_by)
    return _without_driver(url)


def _parameters(url: str, named_by: str) -> dict[str, str]:
    """The parameters in a URL. libpq's complaint about a URL quotes it, password and all: it is not passed on."""
    try:
        parameters = {name: str(value) for name, value in conninfo_to_dict(_without_driver(url)).items()}
    except psycopg.ProgrammingError:
        parameters = {"port": "unreadable"}
    # An @ or / of a password that was not escaped ends up in the host, port or database, and would be shown with them.
    misread = "@" in parameters.get("host", "") + parameters.get("dbname", "")
    if misread or not re.fullmatch(r"[\d,]*", parameters.get("port", "")):
        shape = "postgresql://user:password@host:5432/database"
        raise ConfigError(f"{named_by} is not of the form {shape} (a special character of the password is written %XX)")
    return parameters


def _without_driver(url: str) -> str:
    """The URL without what SQLAlchemy adds to its scheme (`postgresql+psycopg://`)."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def _explained(error: psycopg.OperationalError, parameters: dict[str, str]) -> JobEtlError:
    text = str(error)
    place = _described(parameters.get("user"), parameters.get("host"), parameters.get("port"), parameters.get("dbname"))
    for pattern, kind, advice in _CONNECTION_FAILURES:
        if re.search(pattern, text):
            return kind(f"cannot connect to {place}: {advice}")
    return PermanentError(f"cannot connect to {place}: {one_line(error)}")


def _decode_json(text: str | bytes) -> Any:
    return jsontext.decode(text.encode() if isinstance(text, str) else text)


def _described(user: str | None, host: str | None, port: str | None, database: str | None) -> str:
    return f"{user or 'the default user'}@{host or 'localhost'}:{port or 5432}/{database or user or ''}"
