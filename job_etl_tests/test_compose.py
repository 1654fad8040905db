"""The Compose stack on a real Docker engine: it comes up by itself, keeps its secrets, and survives what happens.

Where no engine answers, `JOB_ETL_DOCKER_LAB` may name a program that starts one; without either the tests are skipped.
The sample is landed in place of crawls, and no source is enabled: nothing leaves the machine. The tests of this file
build on each other in their order, as a stack takes a minute to come up and a run another.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]

PROJECT = Path(__file__).parents[1]
SERVICES = ("postgres", "code", "webserver", "daemon")
IMAGE = "job-etl:test"
STARTER = os.environ.get("JOB_ETL_DOCKER_LAB")  # read here, as no setting of this name reaches the tests
CADDY = os.environ.get("CADDY_IMAGE") or "caddy:2"

MARTS = """
select md5(string_agg(row_of::text, '' order by row_of ->> 'hash_key'))
from (
  select
    to_jsonb(fact_jobs) - array['job_id', 'company_id', 'ingested_at']
    || jsonb_build_object('company', company) as row_of
  from marts.fact_jobs left join marts.dim_companies using (company_id)
) as jobs
"""

LAND_SAMPLE = """
from job_etl import paths
from job_etl.landing import Landing
from job_etl.sample import land_sample
land_sample(Landing(paths.landing_url()))
"""

LAUNCH = """
mutation ($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector, runConfigData: {}}) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status jobName rootRunId } } } }"


class Stack:
    """A project of Compose with secrets, configuration and a port of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.secrets = folder / "secrets"
        config = folder / "config"
        config.mkdir(parents=True)
        (config / "sources.yml").write_text("{}\n")
        self.port, self.metrics_port, self.proxy_port = _free_port(), _free_port(), _free_port()
        self._environment = os.environ | {
            "COMPOSE_PROJECT_NAME": name,
            "JOB_ETL_IMAGE": IMAGE,
            "JOB_ETL_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "PROXY_BIND": "127.0.0.1",
            "PROXY_PORT": str(self.proxy_port),
            "JOB_ETL_SECRETS_FOLDER": str(self.secrets),
            "JOB_ETL_CONFIG_FOLDER": str(config),
            "BUILD_NETWORK": "host",
        }
        self._name = name

    def compose(self, *arguments: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of Compose."""
        command = [*_compose(), "--project-directory", str(PROJECT / "docker"), "-f", "docker/compose.yaml", *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self._environment, capture_output=True, text=True, **more)
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done

    def up(self) -> None:
        """Start everything and wait until it is healthy."""
        self.compose("up", "-d")
        _until(lambda: {self.health(service) for service in SERVICES} == {"healthy"}, 300, self.states)

    def admin(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command beside the services."""
        return self.compose("run", "--rm", "-T", "admin", *command, check=check)

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return self.compose("ps", "-a", "-q", service).stdout.strip()

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        found: list[dict[str, Any]] = json.loads(_docker("inspect", self.container(service)))
        return found[0]

    def health(self, service: str) -> str:
        """The state of a service's health check."""
        return str(self.inspect(service)["State"].get("Health", {}).get("Status"))

    def states(self) -> str:
        """What there is to say about services that are not healthy."""
        return str({service: self.inspect(service)["State"] for service in SERVICES})

    def marts(self) -> str:
        """A checksum of the marts without ids and times of loading, which are not empty."""
        found = self.psql(MARTS)
        assert found
        return found

    def psql(self, statement: str, *options: str) -> str:
        """What psql prints in the database, as the administrator on the server's own socket."""
        command = [
            "exec",
            "-T",
            "postgres",
            "psql",
            "-U",
            "postgres",
            "-d",
            "job_etl",
            "-At",
            *options,
            "-c",
            statement,
        ]
        return self.compose(*command).stdout.strip()

    def graphql(self, query: str, **variables: Any) -> Any:
        """The UI's answer to a query."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql", json={"query": query, "variables": variables}, timeout=60
        )
        return answer.json()["data"]

    def launch(self, job: str) -> str:
        """Launch a run as the UI does; its id."""
        selector = {"repositoryName": "__repository__", "repositoryLocationName": "job_etl", "jobName": job}
        launched: list[str] = []

        def launch() -> bool:  # the first answer after the database was away is that it was
            launched.append(self.graphql(LAUNCH, selector=selector)["launchRun"]["run"]["runId"])
            return True

        _until(lambda: self._calm(launch), 240, lambda: "the UI launches nothing")
        return launched[0]

    def started(self, job: str) -> str:
        """Launch a run, and wait until it has started."""
        run = self.launch(job)
        _until(lambda: self._calm(lambda: self.runs(run) == ["STARTED"]), 120, lambda: str(self.runs(run)))
        return run

    def runs(self, root: str) -> list[str]:
        """The states of a run and its retries, the newest first."""
        found = self.graphql(RUNS)["runsOrError"]["results"]
        return [run["status"] for run in found if root in (run["runId"], run["rootRunId"])]

    def finish(self, root: str, seconds: float = 600) -> list[str]:
        """Wait until a run, or the retry that took it up, has succeeded or there is nothing more to hope for."""
        _until(lambda: self._calm(lambda: self.runs(root)[0] == "SUCCESS"), seconds, lambda: str(self.runs(root)))
        return self.runs(root)

    @staticmethod
    def _calm(ask: Callable[[], bool]) -> bool:
        try:
            return ask()
        except (httpx.HTTPError, KeyError, TypeError, ValueError):  # the database may be away
            return False

    def run(self, job: str) -> list[str]:
        """Run a job from the UI to its end."""
        return self.finish(self.launch(job))

    def kill(self, service: str) -> None:
        """Kill every process of a service, as running out of memory may; its container then starts again by itself."""
        restarts = self.inspect(service)["RestartCount"]
        self.compose("exec", "-T", service, "sh", "-c", "kill -9 -1", check=False)
        _until(lambda: self.inspect(service)["RestartCount"] > restarts, 60, self.states)

    def events(self, run: str, pattern: str) -> list[str]:
        """What a pattern finds in the events of a run."""
        found = "select substring(event from $${}$$) from event_logs where run_id = '{}' and event ~ $${}$$ order by id"
        asked = found.format(pattern, run, pattern)
        return self.compose(
            "exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "dagster", "-At", "-c", asked
        ).stdout.splitlines()

    def down(self, *options: str) -> None:
        """Stop everything."""
        self.compose("down", *options)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _compose() -> list[str]:
    has_plugin = subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    return ["docker", "compose"] if has_plugin else ["docker-compose"]


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def _until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(2)


def _answers() -> bool:
    return (
        shutil.which("docker") is not None and subprocess.run(["docker", "info"], capture_output=True).returncode == 0
    )


@pytest.fixture(scope="module")
def engine() -> None:
    """A Docker engine."""
    why = "JOB_ETL_DOCKER_LAB names no program that starts one"
    if not _answers() and STARTER:
        started = subprocess.run([STARTER], capture_output=True, text=True)
        why = f"{STARTER} ended with {started.returncode}: {started.stderr.strip()[-200:]}"
    if not _answers():
        pytest.skip(f"no Docker engine answers, and {why}")


@pytest.fixture(scope="module")
def stack(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that is up, with nothing in it."""
    stack = Stack("jobetltest", tmp_path_factory.mktemp("stack"))
    stack.down("-v", "--remove-orphans")
    stack.compose("build")
    stack.compose("run", "--rm", "-T", "init")
    try:
        stack.up()
        yield stack
    finally:
        stack.down("-v", "--remove-orphans")
        shutil.rmtree(stack.secrets)  # the platform's user's, whom pytest does not clean up after


def test_the_schema_is_there_before_the_first_run_and_every_service_is_healthy(stack: Stack) -> None:
    schemas = stack.psql(
        "select string_agg(nspname, ' ' order by nspname) from pg_namespace where nspname in "
        "('raw', 'staging', 'marts', 'ops')"
    )
    assert schemas == "marts ops raw staging"
    assert stack.psql("select count(*) from marts.fact_jobs") == "0"
    assert stack.inspect("bootstrap")["State"]["ExitCode"] == 0


def test_only_the_ui_is_published_and_on_this_machine_only(stack: Stack) -> None:
    for service in SERVICES:
        ports = {name: bound for name, bound in stack.inspect(service)["NetworkSettings"]["Ports"].items() if bound}
        expected = {"3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}
        assert ports == (expected if service == "webserver" else {})


@pytest.mark.parametrize("service", [*SERVICES, "bootstrap"])
def test_a_container_can_do_little_beside_its_work(stack: Stack, service: str) -> None:
    found = stack.inspect(service)
    host = found["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Memory"] > 0
    if service != "postgres":
        assert found["Config"]["User"] == "10001:0"
        assert not host["CapAdd"]


def test_no_compiler_is_in_the_image(stack: Stack) -> None:
    found = stack.compose("exec", "-T", "code", "sh", "-c", "command -v cc gcc clang make; true").stdout
    assert found == ""


def test_the_job_run_from_the_ui_ends_green_on_the_sample(stack: Stack) -> None:
    stack.admin("python", "-c", LAND_SAMPLE)
    assert stack.run("jobs_etl_daily") == ["SUCCESS"]
    assert int(stack.psql("select count(*) from marts.fact_jobs where rank_score is not null")) > 300
    stages = stack.psql("select string_agg(distinct stage, ' ' order by stage) from ops.run_stats")
    assert stages == "exports marts raw sources staging"


def test_schedules_and_sensors_tick_by_themselves(stack: Stack) -> None:
    asked = """{
      instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
      schedulesOrError(repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "job_etl"}) {
        ... on Schedules { results { name scheduleState { status } } }
      }
      sensorOrError(sensorSelector: {repositoryName: "__repository__", repositoryLocationName: "job_etl",
                                     sensorName: "new_landed_crawls"}) {
        ... on Sensor { sensorState { status ticks(limit: 1) { status } } }
      }
    }"""
    _until(lambda: bool(stack.graphql(asked)["sensorOrError"]["sensorState"]["ticks"]), 120, lambda: "no tick")
    found = stack.graphql(asked)
    daemons = found["instance"]["daemonHealth"]["allDaemonStatuses"]
    assert [daemon["daemonType"] for daemon in daemons if daemon["required"] and not daemon["healthy"]] == []
    states = {row["name"]: row["scheduleState"]["status"] for row in found["schedulesOrError"]["results"]}
    assert states["jobs_etl_daily_schedule"] == "RUNNING"


def test_a_reader_sees_the_marts_and_nothing_else(stack: Stack) -> None:
    query = "select count(*) > 300 from marts.fact_jobs"
    assert stack.psql(f"set role job_etl_reader; {query}", "-q") == "t"
    with pytest.raises(AssertionError, match="permission denied"):
        stack.psql("set role job_etl_reader; select count(*) from raw.crawls", "-v", "ON_ERROR_STOP=1")


def test_no_secret_is_found_anywhere_after_a_run(stack: Stack) -> None:
    secrets = {file.name: file.read_text() for file in stack.secrets.iterdir() if file.name.endswith("_password")}
    everything = (
        "{ instance { info runLauncher { name } } runsOrError { ... on Runs { results {"
        " runId runConfigYaml tags { key value } } } } workspaceOrError { ... on Workspace { locationEntries {"
        " displayMetadata { key value } } } } }"
    )
    places = {
        "logs": stack.compose("logs", "--no-color").stdout,
        "image": _docker("history", "--no-trunc", IMAGE) + _docker("inspect", IMAGE),
        "containers": "".join(json.dumps(stack.inspect(service)) for service in (*SERVICES, "bootstrap")),
        "processes": "".join(_docker("top", stack.container(service), "-eo", "pid,args") for service in SERVICES),
        "dagster.yaml": stack.compose("exec", "-T", "daemon", "cat", "/etc/dagster/dagster.yaml").stdout,
        "GraphQL": json.dumps(stack.graphql(everything)),
        "files": stack.compose(
            "exec", "-T", "code", "sh", "-c", "find /var/lib /tmp -type f -size -2M -exec cat {} + 2>/dev/null || true",
            encoding="utf-8", errors="replace",
        ).stdout,
        "events": stack.compose(
            "exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "dagster", "-At",
            "-c", "select event from event_logs", "-c", "select run_body from runs",
        ).stdout,
    }  # fmt: skip
    assert all(places.values())
    assert [(name, place) for name, value in secrets.items() for place, text in places.items() if value in text] == []


def test_a_run_whose_code_server_was_killed_is_taken_up_where_it_was(stack: Stack) -> None:
    before = stack.marts()
    run = stack.started("load_landed")
    stack.kill("code")
    assert stack.finish(run) == ["SUCCESS", "FAILURE"]
    (said,) = stack.events(run, "Detected run worker status NOT_FOUND: '[^']*'")
    assert said.endswith("'its container was stopped or restarted'")
    assert stack.marts() == before


def test_a_run_whose_process_was_killed_is_taken_up_where_it_was(stack: Stack) -> None:
    before = stack.marts()
    run = stack.started("load_landed")
    _until(lambda: bool(stack.events(run, "parent process .pid: [0-9]+")), 120, lambda: "no process")
    process = stack.events(run, "parent process .pid: ([0-9]+)")[0]
    stack.compose("exec", "-T", "code", "sh", "-c", f"kill -9 {process}")
    assert stack.finish(run) == ["SUCCESS", "FAILURE"]
    assert stack.events(run, "was terminated by signal 9")
    assert stack.marts() == before


def test_a_run_whose_database_was_killed_for_half_a_minute_is_taken_up(stack: Stack) -> None:
    before = stack.marts()
    run = stack.started("load_landed")
    postgres = stack.container("postgres")
    _docker("kill", postgres)
    time.sleep(30)
    _docker("start", postgres)
    assert stack.finish(run)[0] == "SUCCESS"
    assert stack.marts() == before


@pytest.mark.parametrize("service", ["daemon", "webserver"])
def test_the_daemon_and_the_ui_may_be_killed(stack: Stack, service: str) -> None:
    stack.kill(service)
    assert stack.run("load_landed") == ["SUCCESS"]


def test_metrics_are_served_for_prometheus(stack: Stack) -> None:
    stack.compose("--profile", "metrics", "up", "-d", "metrics")
    _until(lambda: stack.health("metrics") == "healthy", 120, lambda: str(stack.inspect("metrics")["State"]))
    text = httpx.get(f"http://127.0.0.1:{stack.metrics_port}/metrics").text
    assert "job_etl_up 1.0" in text


def test_the_proxy_speaks_tls_and_wants_its_password(stack: Stack) -> None:
    if subprocess.run(["docker", "image", "inspect", CADDY], capture_output=True).returncode:
        pytest.skip(f"the image {CADDY} is not here: docker pull {CADDY}")
    stack.compose("--profile", "proxy", "up", "-d", "proxy")
    _until(lambda: stack.health("proxy") == "healthy", 120, lambda: str(stack.inspect("proxy")["State"]))
    password = (stack.secrets / "proxy_password").read_text()
    url = f"https://localhost:{stack.proxy_port}/server_info"
    answers = [httpx.get(url, auth=("job-etl", word), verify=False).status_code for word in ("wrong", password)]
    assert answers == [401, 200]


@pytest.mark.parametrize("name", ["user", "owner", "postgres"])
def test_a_password_is_changed_while_everything_runs(stack: Stack, name: str) -> None:
    before = (stack.secrets / f"{name}_password").read_text()
    stack.admin("job-etl", "secrets", "rotate", name)
    after = (stack.secrets / f"{name}_password").read_text()
    assert before != after
    stack.compose("run", "--rm", "-T", "bootstrap")
    assert "fact" in stack.admin("job-etl", "status").stdout or stack.admin("job-etl", "top", "-n", "1").stdout


def test_a_backup_brings_back_the_same_marts_after_the_volume_is_gone(stack: Stack) -> None:
    before = stack.marts()
    began = time.monotonic()
    stack.admin("job-etl", "backup")
    backed_up = time.monotonic()
    stack.down()
    _docker("volume", "rm", "jobetltest_postgres")
    stack.compose("up", "-d", "bootstrap")
    _until(lambda: stack.inspect("bootstrap")["State"]["Status"] == "exited", 120, lambda: "bootstrap does not end")
    assert stack.psql("select count(*) from marts.fact_jobs") == "0"
    emptied = time.monotonic()
    stack.admin("job-etl", "restore")
    print(f"backup {backed_up - began:.0f} s, restore {time.monotonic() - emptied:.0f} s")
    assert stack.marts() == before
    stack.up()


def test_the_landing_zone_alone_brings_back_the_same_marts(stack: Stack) -> None:
    before = stack.marts()
    began = time.monotonic()
    stack.admin("job-etl", "rebuild", "--yes")
    print(f"rebuild {time.monotonic() - began:.0f} s")
    assert stack.marts() == before


def test_down_and_up_keeps_everything(stack: Stack) -> None:
    before, runs = stack.marts(), len(stack.graphql(RUNS)["runsOrError"]["results"])
    stack.down()
    stack.up()
    assert stack.marts() == before
    assert len(stack.graphql(RUNS)["runsOrError"]["results"]) >= runs


def test_a_wrong_or_missing_secret_is_one_clear_line(stack: Stack) -> None:
    file = stack.secrets / "postgres_password"
    right = file.read_text()
    file.write_text("wrong")
    said = stack.compose("run", "--rm", "-T", "bootstrap", check=False)
    file.write_text(right)
    errors = [line for line in said.stderr.splitlines() if line.startswith("error:")]
    assert (said.returncode != 0, len(errors)) == (True, 1)
    assert "the password was refused" in errors[0]
    (stack.secrets / "owner_password").rename(stack.secrets / "away")
    said = stack.compose("run", "--rm", "-T", "bootstrap", check=False)
    (stack.secrets / "away").rename(stack.secrets / "owner_password")
    assert said.returncode != 0
    assert "owner_password" in said.stderr


def test_a_second_stack_on_the_same_machine_has_data_of_its_own(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = Stack("jobetlsecond", tmp_path_factory.mktemp("second"))
    second.down("-v")
    second.compose("run", "--rm", "-T", "init")
    try:
        second.up()
        assert second.psql("select count(*) from raw.crawls") == "0"
        assert int(stack.psql("select count(*) from raw.crawls")) > 0
    finally:
        second.down("-v")
        shutil.rmtree(second.secrets)


def test_down_with_its_volumes_and_up_starts_fresh(stack: Stack) -> None:
    stack.down("-v")
    stack.up()
    assert stack.psql("select count(*) from raw.crawls") == "0"
