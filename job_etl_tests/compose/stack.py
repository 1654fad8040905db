"""A stack of Compose on a real Docker engine, to be looked at and disturbed.

Belongs here: starting and stopping one, its database, and its runs as the UI has them. Where no engine answers,
`JOB_ETL_DOCKER_LAB` may name a program that starts one; without either the tests are skipped. What a stack is given
instead of crawls is the sample: nothing leaves the machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).parents[2]
SERVICES = ("postgres", "code", "webserver", "daemon")
IMAGE = "job-etl:test"
_PROCESS = "parent process .pid: ([0-9]+)"

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
    """A project of Compose with secrets, configuration and a port of its own.

    `over` are files that are laid over `compose.yaml`, `services` those that have to be healthy, and `settings` what
    would stand in `.env`.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        over: Sequence[Path] = (),
        services: Sequence[str] = SERVICES,
        **settings: str,
    ) -> None:
        self.services = services
        self.secrets = folder / "secrets"
        self.config = folder / "config"
        self.config.mkdir(parents=True)
        (self.config / "sources.yml").write_text("{}\n")
        self.port, self.metrics_port, self.proxy_port, self.pgadmin_port = (free_port() for _ in range(4))
        self._environment = os.environ | {
            "COMPOSE_PROJECT_NAME": name,
            "JOB_ETL_IMAGE": IMAGE,
            "JOB_ETL_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "PGADMIN_PORT": str(self.pgadmin_port),
            "PROXY_BIND": "127.0.0.1",
            "PROXY_PORT": str(self.proxy_port),
            "JOB_ETL_SECRETS_FOLDER": str(self.secrets),
            "JOB_ETL_CONFIG_FOLDER": str(self.config),
            "BUILD_NETWORK": "host",
            **settings,
        }
        files = [PROJECT / "docker" / "compose.yaml", *over]
        self._options = ["--project-directory", str(PROJECT / "docker"), *(f"--file={file}" for file in files)]

    def compose(self, *arguments: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of Compose."""
        command = [*_compose(), *self._options, *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self._environment, capture_output=True, text=True, **more)
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done

    @contextmanager
    def in_use(self, *options: str, prepare: Callable[[Stack], None] = lambda stack: None) -> Iterator[Stack]:
        """The stack with new secrets and nothing in it, up until it is done with; `prepare` may add secrets."""
        self.down("-v", "--remove-orphans")
        self.compose("run", "--rm", "-T", "init")
        prepare(self)
        try:
            self.up(*options)
            yield self
        finally:
            self.down("-v", "--remove-orphans")
            shutil.rmtree(self.secrets)  # the platform's user's, whom pytest does not clean up after

    def up(self, *options: str) -> None:
        """Start everything and wait until it is healthy."""
        self.compose("up", "-d", *options)
        until(lambda: {self.health(service) for service in self.services} == {"healthy"}, 300, self.states)

    def admin(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command beside the services."""
        return self.compose("run", "--rm", "-T", "admin", *command, check=check)

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers."""
        return self.compose("ps", "-a", "-q", service).stdout.split()

    def container(self, service: str) -> str:
        """The id of a service's one container."""
        (container,) = self.containers(service)
        return container

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", self.container(service)))
        return found[0]

    def health(self, service: str) -> str:
        """The state of a service's health check; of several containers, one that is not healthy, where there is."""
        found = json.loads(docker("inspect", *self.containers(service)))
        states = [str(container["State"].get("Health", {}).get("Status")) for container in found]
        return next((state for state in states if state != "healthy"), "healthy")

    def states(self) -> str:
        """What there is to say about services that are not healthy."""
        return str({service: self.health(service) for service in self.services})

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

        until(lambda: self._calm(launch), 240, lambda: "the UI launches nothing")
        return launched[0]

    def started(self, job: str) -> str:
        """Launch a run, and wait until it has started."""
        run = self.launch(job)
        until(lambda: self._calm(lambda: self.runs(run) == ["STARTED"]), 120, lambda: str(self.runs(run)))
        return run

    def runs(self, root: str) -> list[str]:
        """The states of a run and its retries, the newest first."""
        found = self.graphql(RUNS)["runsOrError"]["results"]
        return [run["status"] for run in found if root in (run["runId"], run["rootRunId"])]

    def has_failed(self, root: str) -> bool:
        """Whether a run is known to have failed, whatever became of its retries."""
        return self._calm(lambda: self.runs(root)[-1] == "FAILURE")

    def finish(self, root: str, seconds: float = 600) -> list[str]:
        """Wait until a run, or the retry that took it up, has succeeded or there is nothing more to hope for."""
        until(lambda: self._calm(lambda: self.runs(root)[0] == "SUCCESS"), seconds, lambda: str(self.runs(root)))
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
        until(lambda: self.inspect(service)["RestartCount"] > restarts, 60, self.states)

    def process_of(self, run: str) -> str:
        """The id of the process that executes a run, in its container, once there is one."""
        until(lambda: bool(self.events(run, _PROCESS)), 120, lambda: "no process")
        return self.events(run, _PROCESS)[0]

    def events(self, run: str, pattern: str) -> list[str]:
        """What a pattern finds in the events of a run."""
        found = "select substring(event from $${}$$) from event_logs where run_id = '{}' and event ~ $${}$$ order by id"
        asked = found.format(pattern, run, pattern)
        return self.compose(
            "exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "dagster", "-At", "-c", asked
        ).stdout.splitlines()

    def logs(self, service: str, pattern: str) -> list[str]:
        """What a pattern finds in what a service has printed."""
        return re.findall(pattern, self.compose("logs", "--no-color", service).stdout, re.MULTILINE)

    def down(self, *options: str) -> None:
        """Stop everything."""
        self.compose("down", *options)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _compose() -> list[str]:
    has_plugin = subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    return ["docker", "compose"] if has_plugin else ["docker-compose"]


def docker(*arguments: str) -> str:
    """What a command of Docker prints."""
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    """Wait until something is so, or fail with what there is to say about it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(2)


def answers() -> bool:
    """Whether a Docker engine does."""
    return (
        shutil.which("docker") is not None and subprocess.run(["docker", "info"], capture_output=True).returncode == 0
    )
