"""Fixtures for everyone: surroundings of the tests' own, and databases on one server.

The server is an embedded one, or that of `JOB_ETL_TEST_SERVER_URL`, as a superuser.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from job_etl.embedded import acquire, destroy
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect

_TEMPLATE = "job_etl_template"
_FOR_TESTS = {"JOB_ETL_REALDATA", "JOB_ETL_TEST_SERVER_URL"}


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder for the whole run; no setting of the person who runs the tests reaches them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("JOB_ETL_", "POSTGRES_", "PG")) and name not in _FOR_TESTS:
                patch.delenv(name)
        patch.setenv("JOB_ETL_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def server_url(home: Path) -> Iterator[str]:
    """The URL of the server's first database, as superuser."""
    if url := os.environ.get("JOB_ETL_TEST_SERVER_URL"):
        yield url
        return
    with acquire(home) as lease:
        with psycopg.connect(lease.url, autocommit=True) as connection:
            # What the tests write may be lost with the machine.
            connection.execute("alter system set fsync to off")
            connection.execute("select pg_reload_conf()")
        yield lease.url
    destroy(home)  # as root the data may lie outside the home, where pytest does not clean up


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a bootstrapped database that nobody is connected to."""
    _execute(server_url, "drop database if exists {}", _TEMPLATE)
    _execute(server_url, "create database {} template template0", _TEMPLATE)
    bootstrap(on_database(server_url, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """The URL of a fresh bootstrapped database, as its owner."""
    yield from _database(server_url, template)


@pytest.fixture(scope="module")
def shared_database_url(server_url: str, template: str) -> Iterator[str]:
    """The URL of a bootstrapped database for those tests of a module that leave it as it was."""
    yield from _database(server_url, template)


@pytest.fixture
def user_database_url(database_url: str) -> Iterator[str]:
    """The URL of the same fresh database, as a login that may do what `job_etl_user` may and nothing else."""
    name = f"test_user_{uuid4().hex}"
    _execute(database_url, "create role {} login password 'secret' in role job_etl_user", name)
    parts = urlsplit(database_url)
    yield urlunsplit(parts._replace(netloc=f"{name}:secret@{parts.netloc.rpartition('@')[2]}"))
    _execute(database_url, "drop role {}", name)


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """The URL of a fresh database with nothing in it, as its owner."""
    yield from _database(server_url, "template0")


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to a fresh bootstrapped database, as its owner."""
    with connect(database_url) as connection:
        yield connection


@pytest.fixture
def other_connection(empty_database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to another bootstrapped database, to do there in another way what is done in the first."""
    bootstrap(empty_database_url)
    with connect(empty_database_url) as connection:
        yield connection


def on_database(url: str, database: str) -> str:
    """The URL with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _database(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _execute(server_url, "create database {} template {}", name, template)
    try:
        yield on_database(server_url, name)
    finally:
        _execute(server_url, "drop database {} with (force)", name)


def _execute(server_url: str, statement: str, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
