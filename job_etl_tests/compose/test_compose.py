"""The Compose stack comes up by itself, keeps its secrets, and survives what happens.

The tests of this file build on each other in their order, as a stack takes a minute to come up and a run another.
"""

from __future__ import annotations

import json
import time

import httpx
import pytest

from job_etl_tests.compose.stack import IMAGE, LAND_SAMPLE, RUNS, SERVICES, Stack, docker, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1800)]


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
    until(lambda: bool(stack.graphql(asked)["sensorOrError"]["sensorState"]["ticks"]), 120, lambda: "no tick")
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
        "image": docker("history", "--no-trunc", IMAGE) + docker("inspect", IMAGE),
        "containers": "".join(json.dumps(stack.inspect(service)) for service in (*SERVICES, "bootstrap")),
        "processes": "".join(docker("top", stack.container(service), "-eo", "pid,args") for service in SERVICES),
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
    process = stack.process_of(run)
    stack.compose("exec", "-T", "code", "sh", "-c", f"kill -9 {process}")
    assert stack.finish(run) == ["SUCCESS", "FAILURE"]
    assert stack.events(run, "was terminated by signal 9")
    assert stack.marts() == before


def test_a_run_that_dies_while_the_database_is_away_is_taken_up(stack: Stack) -> None:
    before = stack.marts()
    run = stack.started("load_landed")
    process = stack.process_of(run)
    postgres = stack.container("postgres")
    docker("kill", postgres)
    stack.compose("exec", "-T", "code", "sh", "-c", f"kill -9 {process}")
    told = "Dagster's database does not take the news that a run has ended"
    until(lambda: bool(stack.logs("code", told)), 60, lambda: "nobody looks after the run")
    docker("start", postgres)
    assert stack.finish(run) == ["SUCCESS", "FAILURE"]
    assert stack.marts() == before


def test_a_run_whose_database_was_killed_for_half_a_minute_is_taken_up(stack: Stack) -> None:
    before = stack.marts()
    run = stack.started("load_landed")
    postgres = stack.container("postgres")
    docker("kill", postgres)
    time.sleep(30)
    docker("start", postgres)
    assert stack.finish(run)[0] == "SUCCESS"
    assert stack.marts() == before


@pytest.mark.parametrize("service", ["daemon", "webserver"])
def test_the_daemon_and_the_ui_may_be_killed(stack: Stack, service: str) -> None:
    stack.kill(service)
    assert stack.run("load_landed") == ["SUCCESS"]


def test_metrics_are_served_for_prometheus(stack: Stack) -> None:
    stack.compose("--profile", "metrics", "up", "-d", "metrics")
    until(lambda: stack.health("metrics") == "healthy", 120, lambda: str(stack.inspect("metrics")["State"]))
    text = httpx.get(f"http://127.0.0.1:{stack.metrics_port}/metrics").text
    assert "job_etl_up 1.0" in text


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
    docker("volume", "rm", "jobetltest_postgres")
    stack.compose("up", "-d", "bootstrap")
    until(lambda: stack.inspect("bootstrap")["State"]["Status"] == "exited", 120, lambda: "bootstrap does not end")
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
    with Stack("jobetlsecond", tmp_path_factory.mktemp("second")).in_use() as second:
        assert second.psql("select count(*) from raw.crawls") == "0"
        assert int(stack.psql("select count(*) from raw.crawls")) > 0


def test_down_with_its_volumes_and_up_starts_fresh(stack: Stack) -> None:
    stack.down("-v")
    stack.up()
    assert stack.psql("select count(*) from raw.crawls") == "0"
