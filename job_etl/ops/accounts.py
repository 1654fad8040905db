"""The platform's accounts and databases on a server of its own.

Belongs here: who there is, what the server is told of them, and their passwords in it. The files that hold the
passwords are `secret_files`' business, and what each may do in the schema is granted by `sql/`.

    postgres        the server's administrator: makes the others, nothing else
    job_etl_owner   owns the database and its schema, and migrates it
    job_etl_user    runs the pipeline
    job_etl_reader  reads the marts
    dagster         owns the database of Dagster's own storage
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from job_etl.errors import PermanentError
from job_etl.warehouse.connect import connect

DATABASE = "job_etl"
STORAGE = "dagster"

_LOCK = 0x6A6F62_726F6C  # "jobrol": any constant that two processes which prepare one server agree on


class Account(StrEnum):
    """A role of the server."""

    ADMIN = "postgres"
    OWNER = "job_etl_owner"
    USER = "job_etl_user"
    READER = "job_etl_reader"
    STORAGE = "dagster"


def url(account: Account, password: str, *, host: str, port: str = "5432", database: str = DATABASE) -> str:
    """The URL with which an account enters a database."""
    place = f"[{host}]" if ":" in host else quote(host, safe="")  # a socket's folder is a host, too
    return f"postgresql://{account}:{quote(password, safe='')}@{place}:{port}/{database}"


def prepare_server(admin_url: str, passwords: Mapping[Account, str]) -> None:
    """Make the accounts with these passwords, and the databases `job_etl` and `dagster`; safe to repeat.

    Raises:
        PermanentError: the administrator's password is refused, or it may not create roles.
        TransientError: the server is not there.
    """
    with connect(admin_url, application_name="job-etl bootstrap") as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        connection.execute(_load("roles.sql"))
        for account, password in passwords.items():
            set_password(connection, account, password)
        for name, owner in ((DATABASE, Account.OWNER), (STORAGE, Account.STORAGE)):
            _create_database(connection, name, owner)
        connection.execute(_load("databases.sql"))


def set_password(connection: psycopg.Connection, account: Account, password: str) -> None:
    """Give an account a password. The server is sent a SCRAM verifier: no log or statistics can hold the password."""
    if not password:
        raise PermanentError(f"the password of {account} is empty")
    verifier = connection.pgconn.encrypt_password(password.encode(), account.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(account), sql.Literal(verifier)))


def change_password(admin_urls: Sequence[str], account: Account, password: str) -> None:
    """Give an account a password as the administrator, by the first of these URLs that is let in.

    Raises:
        PermanentError: none is let in.
        TransientError: the server is not there.
    """
    *earlier, last = admin_urls
    for url in earlier:
        with suppress(PermanentError):
            return _change_password(url, account, password)
    return _change_password(last, account, password)


def _change_password(admin_url: str, account: Account, password: str) -> None:
    with connect(admin_url, application_name="job-etl secrets") as connection:
        set_password(connection, account, password)


def _create_database(connection: psycopg.Connection, name: str, owner: Account) -> None:
    if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
        statement = (
            "create database {} owner {} template template0 encoding 'UTF8' "
            "locale_provider builtin builtin_locale 'C.UTF-8'"
        )
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(owner)))


def _load(name: str) -> str:
    return Path(__file__).parent.joinpath("sql", name).read_text(encoding="utf-8")
