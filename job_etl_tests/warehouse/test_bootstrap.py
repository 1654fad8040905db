"""Setting up the schema, and who may do what in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import errors
from psycopg.conninfo import make_conninfo

from job_etl.embedded import acquire
from job_etl.errors import PermanentError
from job_etl.paths import project_file
from job_etl.warehouse import bootstrap as module
from job_etl.warehouse.bootstrap import Applied, bootstrap, revisions, schema_version
from job_etl.warehouse.catalogue import differences
from job_etl.warehouse.connect import connect

BOOTSTRAP = """
import sys
from job_etl.warehouse.bootstrap import bootstrap
print(bootstrap(sys.argv[1]).revisions, "alembic" in sys.modules)
"""


@pytest.fixture
def fresh_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server on which nothing was ever set up."""
    with acquire(tmp_path_factory.mktemp("fresh")) as lease:
        yield lease.url


@pytest.fixture
def owner_url(empty_database_url: str) -> Iterator[str]:
    """The URL of an empty database, as an owner who may create roles but is no superuser."""
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute("create role test_owner login createrole password 'x'")
        connection.execute(f'alter database "{connection.info.dbname}" owner to test_owner')
        yield make_conninfo(empty_database_url, user="test_owner", password="x")
        connection.execute(
            "reassign owned by test_owner to current_user; drop owned by test_owner; drop role test_owner"
        )


def test_an_empty_database_gets_every_revision_and_then_none(empty_database_url: str) -> None:
    first, second = bootstrap(empty_database_url), bootstrap(empty_database_url)
    assert first.revisions == revisions()
    assert (second.revisions, second.version) == ([], revisions()[-1])
    assert differences(empty_database_url) == []


def test_a_run_with_nothing_to_do_takes_milliseconds(database_url: str) -> None:
    assert min(bootstrap(database_url).milliseconds for _ in range(3)) < 100


def test_a_run_with_nothing_to_do_leaves_alembic_alone(database_url: str) -> None:
    ran = subprocess.run([sys.executable, "-c", BOOTSTRAP, database_url], capture_output=True, text=True, check=True)
    assert ran.stdout == "[] False\n"


def test_processes_that_set_up_at_once_do_it_once(empty_database_url: str) -> None:
    command = [sys.executable, "-c", BOOTSTRAP, empty_database_url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = sorted(process.communicate()[0].split("]")[0] for process in processes)
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert said == ["["] * 3 + [f"['{revisions()[0]}'" + "".join(f", '{name}'" for name in revisions()[1:])]
    assert differences(empty_database_url) == []


def test_alembic_knows_the_folders_of_sql_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", "job_etl.warehouse:migrations")
    history = ScriptDirectory.from_config(config).walk_revisions()
    assert [revision.revision for revision in history][::-1] == revisions()


def test_an_owner_need_not_be_superuser(owner_url: str, empty_database_url: str) -> None:
    assert bootstrap(owner_url).revisions == revisions()
    assert differences(owner_url) == []
    with connect(empty_database_url) as connection:
        connection.execute("set role job_etl_user")
        connection.execute("insert into ops.state values ('a', 'b')")


def test_the_user_of_a_database_that_is_up_to_date_may_run_it(user_database_url: str) -> None:
    assert bootstrap(user_database_url).revisions == []


@pytest.mark.parametrize(
    ("preparation", "message"),
    [
        (
            "create role stranger login password 'x'",
            "stranger may not create schemas: grant create on database job_etl to stranger; "
            "stranger may not create functions in public: grant create on schema public to stranger; "
            "stranger may not create role job_etl_user: alter role stranger createrole, or create role job_etl_user; "
            "stranger may not create role job_etl_reader: alter role stranger createrole, "
            "or create role job_etl_reader",
        ),
        (
            "create role stranger login password 'x'; alter database job_etl owner to stranger;"
            "create role job_etl_reader",
            "stranger may not create role job_etl_user: alter role stranger createrole, or create role job_etl_user",
        ),
        ("create role stranger login password 'x' createrole; alter database job_etl owner to stranger", None),
        (
            "create role stranger login password 'x'; alter database job_etl owner to stranger;"
            "create role job_etl_reader; create role job_etl_user",
            None,
        ),
    ],
)
def test_each_missing_privilege_is_named_with_its_remedy(
    fresh_server_url: str, preparation: str, message: str | None
) -> None:
    with psycopg.connect(fresh_server_url) as connection:
        connection.execute(preparation)
    url = make_conninfo(fresh_server_url, user="stranger", password="x")
    if message is None:
        bootstrap(url)
        assert differences(url) == []
        return
    with pytest.raises(PermanentError) as caught:
        bootstrap(url)
    assert str(caught.value) == message
    assert differences(url) == ["the schema is not set up"]


def test_a_database_that_is_not_unicode_is_refused(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(
            "create database test_latin template template0 encoding 'LATIN1' locale_provider libc locale 'C'"
        )
        try:
            with pytest.raises(
                PermanentError, match="database test_latin is encoded in LATIN1: create it with encoding UTF8"
            ):
                bootstrap(make_conninfo(server_url, dbname="test_latin"))
        finally:
            server.execute("drop database test_latin")


def test_an_old_server_is_refused_with_its_version(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_OLDEST_SERVER", 99)
    with pytest.raises(PermanentError, match=r"the server is PostgreSQL \d+\.\d+, job-etl needs 99 or newer"):
        bootstrap(database_url)


def test_a_database_of_newer_code_is_refused(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("update ops.schema_version set version_num = '9999_later'")
    with pytest.raises(PermanentError, match=f"at revision 9999_later, this job-etl knows up to {revisions()[-1]}"):
        bootstrap(database_url)


def test_objects_without_a_version_are_named_and_kept(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        connection.execute("create schema marts; create table marts.fact_jobs as select 1 as one")
        with pytest.raises(PermanentError, match=r"holds table marts\.fact_jobs, but no schema version"):
            bootstrap(empty_database_url)
        assert connection.execute("select one from marts.fact_jobs").fetchone() == (1,)


def test_a_lost_version_is_not_taken_for_an_empty_database(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("delete from ops.schema_version")
    with pytest.raises(
        PermanentError, match=r"holds function public\.collapse_white_space.*, …, but no schema version"
    ):
        bootstrap(database_url)


def test_a_revision_that_fails_leaves_nothing_and_names_its_line(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        connection.execute("create schema raw; create type raw.crawls as (one integer)")
        with pytest.raises(PermanentError, match=r'sql/0001_baseline/03_raw\.sql, line \d+: .*"crawls" already exists'):
            bootstrap(empty_database_url)
        assert schema_version(connection) is None
        assert connection.execute("select to_regnamespace('staging'), to_regnamespace('ops')").fetchone() == (
            None,
            None,
        )


def test_empty_schemas_that_were_there_before_are_used(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        connection.execute("create schema raw; create schema marts; create schema ops")
    assert bootstrap(empty_database_url) == Applied(revisions(), revisions()[-1], pytest.approx(0, abs=60_000))


def test_a_new_revision_is_applied_to_a_database_with_data(database_url: str, tmp_path: Path) -> None:
    for folder in ("job_etl", "sql"):
        shutil.copytree(project_file(folder), tmp_path / folder)
    (tmp_path / "sql/9999_later").mkdir()
    (tmp_path / "sql/9999_later/01_later.sql").write_text("alter table ops.state add column later text default 'x'")
    (tmp_path / "job_etl/warehouse/migrations/versions/r9999_later.py").write_text(
        "from job_etl.warehouse.migrations import apply_folder\n"
        f"revision, down_revision = '9999_later', {revisions()[-1]!r}\n"
        "def upgrade(): apply_folder(revision)\n"
    )
    with connect(database_url) as connection:
        connection.execute("insert into ops.state values ('a', 'b')")
        command = [sys.executable, "-c", BOOTSTRAP, database_url]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert ran.stdout == "['9999_later'] True\n"
        assert connection.execute("select * from ops.state").fetchall() == [("a", "b", "x")]
        assert schema_version(connection) == "9999_later"


MAY_NOT: dict[str, list[str]] = {
    "job_etl_user": [
        "create table raw.mine (i integer)",
        "create table staging.mine (i integer)",
        "create table marts.mine (i integer)",
        "create table ops.mine (i integer)",
        "create table public.mine (i integer)",
        "create function public.mine() returns integer language sql return 1",
        "create schema mine",
        "create role mine",
        "create extension file_fdw",
        "drop table marts.fact_jobs",
        "drop view marts.job_posting_stats",
        "truncate raw.crawls",
        "alter table raw.job_postings_raw add column mine integer",
        "create index on raw.crawls (source)",
        "create trigger mine before update on raw.crawls"
        " for each row execute function suppress_redundant_updates_trigger()",
        "alter function generate_hash_key(text, text, text) volatile",
        "create or replace function generate_hash_key(company text, title text, location text) returns text"
        " language sql return 'x'",
        "update ops.schema_version set version_num = 'x'",
        "delete from ops.schema_version",
        "grant job_etl_user to job_etl_reader",
        "copy raw.crawls to program 'true'",
        "copy raw.crawls from '/etc/passwd'",
        "select pg_read_file('/etc/passwd')",
        "select rolpassword from pg_authid",
        "set role job_etl_reader",
        "alter system set work_mem to '1GB'",
    ],
    "job_etl_reader": [
        "select * from raw.job_postings_raw",
        "select * from staging.postings",
        "select * from ops.ranking",
        "insert into marts.dim_companies (company, company_key) values ('a', 'a')",
        "update marts.fact_jobs set rank_score = 100",
        "delete from marts.fact_jobs",
        "truncate marts.fact_jobs",
        "select * from marts.fact_jobs for update",
        "select nextval('marts.fact_jobs_job_id_seq')",
        "create table marts.mine (i integer)",
        "create table public.mine (i integer)",
        "create schema mine",
        "set role job_etl_user",
    ],
    "test_nobody": [
        "select * from raw.crawls",
        "select * from staging.postings",
        "select * from marts.fact_jobs",
        "select * from ops.schema_version",
        "create table public.mine (i integer)",
        "create schema mine",
    ],
}


@pytest.fixture(scope="module")
def logins(shared_database_url: str) -> Iterator[dict[str, psycopg.Connection]]:
    """For each role a connection as a login that is its member, and of no other."""
    with psycopg.connect(shared_database_url, autocommit=True) as owner, ExitStack() as opened:
        owner.execute("create role test_nobody")
        connections = {}
        for role in MAY_NOT:
            owner.execute(f"create role login_{role} login password 'x' in role {role}")
            url = make_conninfo(shared_database_url, user=f"login_{role}", password="x")
            connections[role] = opened.enter_context(psycopg.connect(url, autocommit=True))
        yield connections
        opened.close()
        for role in (*(f"login_{role}" for role in MAY_NOT), "test_nobody"):
            owner.execute(f"drop role {role}")


@pytest.mark.parametrize(("role", "statement"), [(role, one) for role, all_ in MAY_NOT.items() for one in all_])
def test_a_role_may_not_do_what_it_need_not(logins: dict[str, psycopg.Connection], role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        logins[role].execute(statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("job_etl_user", "select generate_hash_key('a', 'b', 'c')"),
        ("job_etl_user", "create temporary table mine (i integer)"),
        ("job_etl_user", "select version_num from ops.schema_version"),
        ("job_etl_user", "insert into marts.dim_companies (company, company_key) values ('a', 'a')"),
        ("job_etl_user", "insert into ops.state values ('a', 'b') on conflict (name) do update set value = 'c'"),
        ("job_etl_user", "select * from staging.postings for update"),
        ("job_etl_user", "delete from marts.fact_jobs"),
        ("job_etl_reader", "select * from marts.job_posting_stats"),
        ("job_etl_reader", "select * from marts.fact_jobs join marts.dim_companies using (company_id)"),
        ("job_etl_reader", "select generate_hash_key('a', 'b', 'c')"),
    ],
)
def test_a_role_may_do_what_it_is_for(logins: dict[str, psycopg.Connection], role: str, statement: str) -> None:
    with logins[role].transaction(force_rollback=True):
        logins[role].execute(statement)


def test_the_roles_cannot_log_in_by_themselves_and_own_nothing(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select rolname, rolcanlogin, exists (select 1 from pg_class where relowner = pg_roles.oid) from pg_roles"
        " where rolname in ('job_etl_user', 'job_etl_reader') order by rolname"
    ).fetchall()
    assert found == [("job_etl_reader", False, False), ("job_etl_user", False, False)]
