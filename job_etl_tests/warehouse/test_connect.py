"""Finding the database, and what is said when it cannot be reached."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from job_etl.embedded import destroy
from job_etl.errors import ConfigError, JobEtlError, PermanentError, TransientError
from job_etl.warehouse.connect import (
    connect,
    database_url,
    dbt_environment,
    load_sql,
    open_connection,
    owner_database_url,
)


@contextmanager
def postgres_that_says(message: str) -> Iterator[int]:
    """A server on loopback that refuses every connection with a message, as PostgreSQL's protocol has it."""

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                (length,) = struct.unpack("!i", client.recv(4))
                (code,) = struct.unpack("!i", client.recv(length - 4)[:4])
                if code == 80877103:  # a request for TLS comes before the start-up message
                    client.sendall(b"N")
                    client.recv(1024)
                fields = b"".join([b"SFATAL\0", b"VFATAL\0", b"C28000\0", b"M" + message.encode() + b"\0", b"\0"])
                client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"JOB_ETL_DATABASE_URL": "postgresql://u:p@h:1/d"}, "postgresql://u:p@h:1/d"),
        ({"JOB_ETL_DATABASE_URL": "postgres://u:p@h/d"}, "postgresql://u:p@h/d"),
        (
            {"JOB_ETL_DATABASE_URL": "postgresql+psycopg://u:p@h/d?sslmode=require"},
            "postgresql://u:p@h/d?sslmode=require",
        ),
        ({"JOB_ETL_DATABASE_URL": "postgresql://u@h/d", "POSTGRES_HOST": "other"}, "postgresql://u@h/d"),
        ({"POSTGRES_HOST": "h"}, "postgresql://job_etl_user@h:5432/job_etl"),
        ({"POSTGRES_PASSWORD": "p"}, "postgresql://job_etl_user:p@localhost:5432/job_etl"),
        (
            {
                "POSTGRES_HOST": "h",
                "POSTGRES_PORT": "6",
                "POSTGRES_DB": "d/1",
                "POSTGRES_USER": "u@x",
                "POSTGRES_PASSWORD": "%:@/",
            },
            "postgresql://u%40x:%25%3A%40%2F@h:6/d%2F1",
        ),
        ({"POSTGRES_HOST": "::1", "POSTGRES_DB": "d", "POSTGRES_USER": "u"}, "postgresql://u@[::1]:5432/d"),
        (
            {"POSTGRES_HOST": "/run/pg", "POSTGRES_DB": "d", "POSTGRES_USER": "u"},
            "postgresql://u@/d?host=%2Frun%2Fpg&port=5432",
        ),
    ],
)
def test_the_database_is_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert database_url() == owner_database_url() == url


def test_the_owner_can_have_a_url_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", "postgresql://user@h/d")
    monkeypatch.setenv("JOB_ETL_OWNER_DATABASE_URL", "postgresql://owner@h/d")
    assert owner_database_url() == "postgresql://owner@h/d"


def test_a_password_can_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("se cret\n")
    monkeypatch.setenv("POSTGRES_PASSWORD_FILE", str(tmp_path / "password"))
    assert database_url() == "postgresql://job_etl_user:se%20cret@localhost:5432/job_etl"


def test_without_a_setting_the_database_is_the_embedded_one() -> None:
    with connect() as connection:
        assert connection.execute("select current_database()").fetchone() == ("job_etl",)


def test_an_embedded_database_that_was_reset_is_found_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
    before = database_url()
    destroy(tmp_path / "home")
    with connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert database_url() != before
    destroy(tmp_path / "home")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"JOB_ETL_DATABASE_URL": "mysql://u:secret@h/d"}, "JOB_ETL_DATABASE_URL is not of the form postgresql://"),
        ({"JOB_ETL_DATABASE_URL": "postgresql://u:se%cret@h/d"}, "JOB_ETL_DATABASE_URL is not of the form"),
        ({"JOB_ETL_DATABASE_URL": "postgresql://u:p@secret@h/d"}, "JOB_ETL_DATABASE_URL is not of the form"),
        ({"JOB_ETL_DATABASE_URL": "postgresql://u:1/secret@h/d"}, "JOB_ETL_DATABASE_URL is not of the form"),
        ({"JOB_ETL_DATABASE_URL": "postgresql://u:secret@h:port/d"}, "JOB_ETL_DATABASE_URL is not of the form"),
        ({"JOB_ETL_OWNER_DATABASE_URL": "secret"}, "JOB_ETL_OWNER_DATABASE_URL is not of the form"),
        ({"POSTGRES_PORT": "many"}, "POSTGRES_PORT is 'many'"),
        ({"POSTGRES_PASSWORD": "secret", "POSTGRES_PASSWORD_FILE": "/f"}, "both set"),
        ({"POSTGRES_PASSWORD_FILE": "/nowhere/password"}, "POSTGRES_PASSWORD_FILE: cannot read /nowhere/password"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        owner_database_url()
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"password": "not-it"}, PermanentError, "the password was refused: set POSTGRES_PASSWORD"),
        ({"user": "nobody_here"}, PermanentError, "the password was refused"),
        (
            {"dbname": "not_there"},
            PermanentError,
            "/not_there: the server has no such database: create it, or set POSTGRES_DB",
        ),
        ({"host": "/nowhere"}, TransientError, "@/nowhere:5432/"),
        ({"host": "127.0.0.1", "port": "1"}, TransientError, "@127.0.0.1:1/job_etl: no server answers there: start it"),
        ({"host": "not-there.invalid"}, TransientError, "the host's name is not known"),
    ],
)
def test_a_connection_that_fails_says_where_and_what_to_set(
    server_url: str, changes: dict[str, str], kind: type[JobEtlError], message: str
) -> None:
    settings = {"dbname": "job_etl", "port": "5432"} | changes if "host" in changes else changes
    with pytest.raises(kind) as caught:
        open_connection(make_conninfo(server_url, **settings))
    assert message in str(caught.value)
    assert "not-it" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("refusal", "kind", "message"),
    [
        (
            'no pg_hba.conf entry for host "127.0.0.1", user "u", database "d", no encryption',
            PermanentError,
            "the server wants TLS: set JOB_ETL_DATABASE_URL with ?sslmode=require",
        ),
        ('no pg_hba.conf entry for host "127.0.0.1", user "u", database "d"', PermanentError, "see its pg_hba.conf"),
        ("sorry, too many clients already", TransientError, "raise its max_connections"),
        ("the database system is starting up", TransientError, "try again in a moment"),
        ('role "u" is not permitted to log in', PermanentError, "does not let this user in"),
        ("quelque chose est cassé", PermanentError, "quelque chose est cassé"),
    ],
)
def test_a_refusal_of_the_server_says_what_to_change(refusal: str, kind: type[JobEtlError], message: str) -> None:
    with postgres_that_says(refusal) as port, pytest.raises(kind, match="cannot connect to u@") as caught:
        open_connection(f"postgresql://u:hidden@127.0.0.1:{port}/d")
    assert message in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_server_without_tls_is_told_from_one_that_is_not_there() -> None:
    with postgres_that_says("never said") as port, pytest.raises(PermanentError, match="the server has no TLS"):
        open_connection(f"postgresql://u@127.0.0.1:{port}/d?sslmode=require")


def test_a_server_without_a_connection_left_may_have_one_later(server_url: str, database_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("create role test_limited login password 'x' connection limit 0")
        try:
            with pytest.raises(TransientError, match="no connection left"):
                open_connection(make_conninfo(database_url, user="test_limited", password="x"))
        finally:
            server.execute("drop role test_limited")


def test_a_password_of_any_characters_works(monkeypatch: pytest.MonkeyPatch, server_url: str) -> None:
    password = "%p@ss/w:rd?#&'\" é"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("create role test_odd login password {}").format(password))
        try:
            host = server.info.host
            for name, value in {"HOST": host, "PORT": str(server.info.port), "DB": server.info.dbname}.items():
                monkeypatch.setenv(f"POSTGRES_{name}", value)
            monkeypatch.setenv("POSTGRES_USER", "test_odd")
            monkeypatch.setenv("POSTGRES_PASSWORD", password)
            with connect() as connection:
                assert connection.execute("select current_user").fetchone() == ("test_odd",)
        finally:
            server.execute("drop role test_odd")


def test_a_connection_is_in_utc_and_commits_each_statement(connection: psycopg.Connection) -> None:
    assert connection.autocommit
    found = connection.execute("select current_setting('timezone'), current_setting('application_name')").fetchone()
    assert found == ("UTC", "job-etl")


def test_a_server_that_goes_away_in_the_middle_is_a_transient_failure(database_url: str) -> None:
    with pytest.raises(TransientError, match="terminating connection"), connect(database_url) as connection:
        connection.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_schema_that_is_not_set_up_is_said_so(empty_database_url: str) -> None:
    with pytest.raises(PermanentError, match="set up the schema first"), connect(empty_database_url) as connection:
        connection.execute("select count(*) from marts.fact_jobs")


def test_a_missing_privilege_is_said_so(user_database_url: str) -> None:
    with (
        pytest.raises(PermanentError, match="permission denied for table fact_jobs"),
        connect(user_database_url) as user,
    ):
        user.execute("truncate marts.fact_jobs")


def test_dbt_finds_the_same_database() -> None:
    url = f"postgresql://u:{quote('p@s', safe='')}@h:6543/d?sslmode=verify-full&sslrootcert=/ca.pem"
    assert dbt_environment(url) == {
        "JOB_ETL_DBT_HOST": "h",
        "JOB_ETL_DBT_PORT": "6543",
        "JOB_ETL_DBT_USER": "u",
        "JOB_ETL_DBT_DBNAME": "d",
        "DBT_ENV_SECRET_JOB_ETL_PASSWORD": "p@s",
        "PGAPPNAME": "job-etl-dbt",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem",
    }


def test_sql_is_read_from_the_file_beside_its_user() -> None:
    assert "pg_class" in load_sql("catalogue.sql")
