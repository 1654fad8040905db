"""What is configured for many machines: executors, Compose and Kubernetes files, and a partitioned raw table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from job_etl.archive import archive
from job_etl.deployment import executor
from job_etl.errors import ConfigError
from job_etl.landing import Landing
from job_etl.sample import land_sample
from job_etl.warehouse.catalogue import differences
from job_etl.warehouse.connect import connect
from job_etl_tests.warehouse.boards import bring_in, day, land, posting, tables

DOCKER = Path(__file__).parents[1] / "docker"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def _partition(connection: psycopg.Connection) -> None:
    connection.execute((DOCKER / "scale" / "partition_raw.sql").read_text(encoding="utf-8"))


def _partitions(connection: psycopg.Connection) -> dict[str, int]:
    counted = connection.execute(
        "select tableoid::regclass::text, count(*) from raw.job_postings_raw group by 1 order by 1"
    ).fetchall()
    return dict(counted)


def test_a_partitioned_raw_table_holds_what_it_held_and_the_pipeline_goes_on(
    connection: psycopg.Connection, user_database_url: str, landing: Landing, tmp_path: Path
) -> None:
    land_sample(landing)
    bring_in(connection, landing)
    before = tables(connection)
    payloads = connection.execute("select to_jsonb(p) from raw.job_postings_raw p order by raw_id").fetchall()
    _partition(connection)
    _partition(connection)
    assert connection.execute("select to_jsonb(p) from raw.job_postings_raw p order by raw_id").fetchall() == payloads
    assert tables(connection) == before
    assert list(_partitions(connection)) == [f"raw.job_postings_raw_{datetime.now(UTC):%Y_%m}"]
    months = "select count(*) from pg_inherits where inhparent = 'raw.job_postings_raw'::regclass"
    assert connection.execute(months).fetchone() == (14,)
    with connect(user_database_url) as user:
        land(landing, day(0), [posting("a"), posting("b")], board="later")
        land(landing, day(1), [posting("b")], board="later")
        assert bring_in(user, landing).opened == 2
        assert archive(user, str(tmp_path / "archive"), datetime(2100, 1, 1, tzinfo=UTC)).postings > 1
    assert sum(_partitions(connection).values()) > 0


def test_the_catalogue_of_a_partitioned_table_differs_by_its_partitions_alone(database_url: str) -> None:
    with connect(database_url) as connection:
        _partition(connection)
    for line in differences(database_url):
        assert "job_postings_raw" in line or "add_payload_partitions" in line, line


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"JOB_ETL_EXECUTOR": "abacus"}, "expected one of in_process, multiprocess, celery, k8s"),
        ({"JOB_ETL_EXECUTOR": "celery", "JOB_ETL_CELERY_PATIENCE": "long"}, "JOB_ETL_CELERY_PATIENCE is 'long'"),
        ({"JOB_ETL_EXECUTOR": "k8s", "JOB_ETL_K8S_EXECUTOR_CONFIG": "/nowhere.yaml"}, "k8s|nowhere"),
    ],
)
def test_an_executor_that_cannot_be_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], message: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=message) as caught:
        executor()
    assert "\n" not in str(caught.value)


def test_the_steps_of_kubernetes_are_configured_as_its_executor_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster_k8s", reason="job-etl is installed without the extra k8s")
    monkeypatch.setenv("JOB_ETL_EXECUTOR", "k8s")
    monkeypatch.setenv("JOB_ETL_K8S_EXECUTOR_CONFIG", str(DOCKER / "scale" / "steps.yaml"))
    assert executor().name == "k8s"


def test_the_files_of_many_machines_say_what_the_code_reads() -> None:
    compose: dict[str, Any] = yaml.safe_load((DOCKER / "compose.scale.yaml").read_text(encoding="utf-8"))
    for service in ("code", "worker"):
        assert compose["services"][service]["environment"]["JOB_ETL_EXECUTOR"] == "celery"
    assert "--app=job_etl.celery_worker" in compose["services"]["worker"]["command"]
    values: dict[str, Any] = yaml.safe_load((DOCKER / "scale" / "values.yaml").read_text(encoding="utf-8"))
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    assert {"name": "JOB_ETL_EXECUTOR", "value": "k8s"} in deployment["env"]
    instance: dict[str, Any] = yaml.safe_load((DOCKER / "dagster.yaml").read_text(encoding="utf-8"))
    assert values["postgresql"]["postgresqlScheme"] == instance["storage"]["postgres"]["postgres_db"]["scheme"]
