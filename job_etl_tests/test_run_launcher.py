"""Telling runs whose container is gone from those under way, with a real gRPC server in the code server's place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import grpc
import pytest
from dagster._core.launcher import WorkerStatus
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from job_etl import run_launcher
from job_etl.run_launcher import WatchedRunLauncher
from job_etl_tests.provider import unreachable_url

pytest.importorskip("grpc_health.v1.health")


@pytest.fixture
def port() -> int:
    """A port that nobody listens on yet."""
    return int(unreachable_url().rpartition(":")[2])


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def launcher(tmp_path: Path, instance: dg.DagsterInstance) -> WatchedRunLauncher:
    (tmp_path / "boot").write_text("second\n")
    launcher = WatchedRunLauncher(str(tmp_path / "boot"))
    launcher.register_instance(instance)
    return launcher


@contextmanager
def code_server(port: int) -> Iterator[None]:
    server = grpc.server(ThreadPoolExecutor(2))
    servicer = health.HealthServicer()
    servicer.set("DagsterApi", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    yield
    server.stop(0).wait()


def _launched(instance: dg.DagsterInstance, boot: str, port: int) -> dg.DagsterRun:
    """A run that was launched in the container with this id."""
    place = json.dumps({"host": "127.0.0.1", "port": port})
    run = dg.DagsterRun("daily", tags={"job_etl/code_server": boot, ".dagster/grpc_info": place})
    return instance.add_run(run)


def test_a_run_of_the_container_that_runs_is_under_way(
    launcher: WatchedRunLauncher, instance: dg.DagsterInstance, port: int
) -> None:
    run = _launched(instance, "second", port)
    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING


def test_a_run_of_an_earlier_container_is_dead_once_the_daemon_can_retry_it(
    launcher: WatchedRunLauncher, instance: dg.DagsterInstance, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _launched(instance, "first", port)
    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING  # nobody serves
    with code_server(port):
        assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING  # not for long enough
        monkeypatch.setattr(run_launcher, "_RELOADED", 0)
        found = launcher.check_run_worker_health(run)
    assert (found.status, found.msg) == (WorkerStatus.NOT_FOUND, "its container was stopped or restarted")
