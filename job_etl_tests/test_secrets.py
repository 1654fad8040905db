"""The files of secrets, and the accounts that they belong to."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from job_etl.embedded import Lease, acquire, destroy
from job_etl.errors import ConfigError, PermanentError
from job_etl.ops import accounts, secret_files
from job_etl.ops.accounts import Account
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect, open_connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret_files.create_missing(tmp_path / "secrets")
    return tmp_path / "secrets"


def test_secrets_are_strong_different_and_for_their_owner_only(folder: Path) -> None:
    values = {secret_files.password(folder, account) for account in Account}
    assert len(values) == len(Account)
    assert all(len(value) >= 32 for value in values)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_no_secret_is_overwritten_and_a_missing_one_is_written(folder: Path) -> None:
    before = {file.name: file.read_text() for file in folder.iterdir()}
    assert secret_files.create_missing(folder) == []
    (folder / "user_password").unlink()
    assert secret_files.create_missing(folder) == ["user_password"]
    after = {file.name: file.read_text() for file in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"user_password"}


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_or_empty_secret_is_one_line_with_its_name(folder: Path, content: str | None) -> None:
    file = folder / "user_password"
    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="user_password") as caught:
        secret_files.password(folder, Account.USER)
    assert "\n" not in str(caught.value)


def test_a_rotation_keeps_the_file_that_containers_have_mounted(folder: Path) -> None:
    file = folder / "user_password"
    before, inode = file.read_text(), file.stat().st_ino
    told: list[str] = []
    secret_files.rotate(folder, "user_password", told.append)
    assert told == [file.read_text()]
    assert (file.stat().st_ino, file.read_text() != before) == (inode, True)
    assert secret_files.pending(file) is None


def test_a_rotation_that_was_killed_goes_on_with_the_password_the_server_may_have(folder: Path) -> None:
    file = folder / "user_password"
    before = file.read_text()

    def killed(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        secret_files.rotate(folder, "user_password", killed)
    proposed = secret_files.pending(file)
    assert file.read_text() == before
    told: list[str | None] = []
    secret_files.rotate(folder, "user_password", told.append)
    assert told == [proposed]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lease]:
    """A server of its own, as accounts and databases are the server's."""
    home = tmp_path_factory.mktemp("accounts")
    with acquire(home) as lease:
        with psycopg.connect(lease.url, autocommit=True) as connection:
            connection.execute("create role postgres superuser login")
            connection.execute("create database other")
            accounts.set_password(connection, Account.ADMIN, "first")
        with psycopg.connect(_url(lease, Account.ADMIN, "first", "other"), autocommit=True) as connection:
            connection.execute("drop database job_etl with (force)")
            connection.execute("alter role job_etl_owner rename to superuser_of_embedded")
        accounts.prepare_server(_url(lease, Account.ADMIN, "first", "other"), dict.fromkeys(Account, "first"))
        bootstrap(_url(lease, Account.OWNER, "first"))
        yield lease
    destroy(home)


def _url(server: Lease, account: Account, password: str, database: str = "job_etl") -> str:
    return accounts.url(account, password, host=server.host, port=str(server.port), database=database)


def test_preparing_a_server_again_changes_nothing_but_wrong_passwords(server: Lease) -> None:
    admin = _url(server, Account.ADMIN, "first", "other")
    with connect(admin) as connection:
        accounts.set_password(connection, Account.USER, "by hand")
    accounts.prepare_server(admin, dict.fromkeys(Account, "first"))
    open_connection(_url(server, Account.USER, "first")).close()
    with pytest.raises(PermanentError, match="password was refused"):
        open_connection(_url(server, Account.USER, "by hand"))


def test_no_password_is_sent_to_the_server_in_the_clear(server: Lease) -> None:
    with connect(_url(server, Account.ADMIN, "first", "other")) as connection:
        connection.execute("set log_statement to 'all'")
        accounts.set_password(connection, Account.READER, "never in a log")
        stored = connection.execute("select rolpassword from pg_authid where rolname = 'job_etl_reader'").fetchone()
        accounts.set_password(connection, Account.READER, "first")
    assert stored is not None
    assert str(stored[0]).startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize(
    ("account", "statement"),
    [
        (Account.OWNER, "create role another"),
        (Account.OWNER, "create database another"),
        (Account.OWNER, "select pg_read_file('/etc/passwd')"),
        (Account.OWNER, "copy raw.crawls to program 'cat'"),
        (Account.USER, "create table raw.another (id int)"),
        (Account.USER, "create table public.another (id int)"),
        (Account.USER, "create schema another"),
        (Account.USER, "drop table raw.crawls"),
        (Account.USER, "alter table raw.crawls add another int"),
        (Account.USER, "truncate raw.crawls"),
        (Account.USER, "update ops.schema_version set version_num = 'x'"),
        (Account.USER, "alter role job_etl_owner password 'x'"),
        (Account.USER, "set role job_etl_owner"),
        (Account.USER, "create function public.another() returns int language sql return 1"),
        (Account.READER, "select 1 from raw.job_postings_raw"),
        (Account.READER, "select 1 from staging.postings"),
        (Account.READER, "select 1 from ops.state"),
        (Account.READER, "delete from marts.fact_jobs"),
        (Account.READER, "create temporary table another (id int)"),
        (Account.READER, "create table public.another (id int)"),
    ],
)
def test_an_account_may_not_do_what_is_not_its_part(server: Lease, account: Account, statement: str) -> None:
    with (
        psycopg.connect(_url(server, account, "first"), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "database"),
    [
        (Account.STORAGE, "job_etl"),
        (Account.STORAGE, "postgres"),
        (Account.USER, "dagster"),
        (Account.READER, "dagster"),
        (Account.OWNER, "dagster"),
        (Account.READER, "template1"),
    ],
)
def test_an_account_may_not_enter_what_is_not_its_database(server: Lease, account: Account, database: str) -> None:
    with pytest.raises(PermanentError, match="does not let this user in"):
        open_connection(_url(server, account, "first", database))


def test_each_account_can_do_its_part(server: Lease) -> None:
    with connect(_url(server, Account.USER, "first")) as connection:
        connection.execute("insert into ops.state values ('a', 'b'); create temporary table scratch (id int)")
        assert connection.execute("select generate_hash_key('A', 'b', null)").fetchone()
    with connect(_url(server, Account.READER, "first")) as connection:
        assert connection.execute("select count(*) from marts.job_posting_stats").fetchone() == (0,)
    with connect(_url(server, Account.STORAGE, "first", "dagster")) as connection:
        connection.execute("create table runs (id int); drop table runs")


def test_the_administrators_rotation_that_was_killed_after_the_server_knew_is_completed(
    server: Lease, folder: Path
) -> None:
    file = folder / "postgres_password"
    file.write_text("first")

    def change(new: str) -> None:
        passwords = ["first", secret_files.pending(file)]
        urls = [_url(server, Account.ADMIN, password, "other") for password in passwords if password]
        accounts.change_password(urls, Account.ADMIN, new)

    def change_and_die(new: str) -> None:
        change(new)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        secret_files.rotate(folder, file.name, change_and_die)
    with pytest.raises(PermanentError, match="refused"):
        open_connection(_url(server, Account.ADMIN, "first", "other"))
    secret_files.rotate(folder, file.name, change)
    with connect(_url(server, Account.ADMIN, file.read_text(), "other")) as connection:
        accounts.set_password(connection, Account.ADMIN, "first")
