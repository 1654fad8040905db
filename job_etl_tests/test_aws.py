"""Landing zone, backups and secrets on AWS, by a real server of its interfaces on loopback (moto's)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dagster as dg
import pytest

from job_etl import aws
from job_etl.assets.raw import job_postings_raw
from job_etl.errors import ConfigError, PermanentError, TransientError
from job_etl.landing import Landing
from job_etl.model import Board
from job_etl.ops.backup import Store, back_up, restore
from job_etl.resources import LandingZone, Warehouse
from job_etl.sample import land_sample
from job_etl.secrets import missing, secret
from job_etl.sources import SOURCES
from job_etl.warehouse import raw
from job_etl.warehouse.connect import connect, database_url
from job_etl.warehouse.raw import load_crawls, pending_crawls
from job_etl.warehouse.staging import stage_crawls
from job_etl_tests.commands import caller
from job_etl_tests.provider import unreachable_url
from job_etl_tests.warehouse.boards import day, land, posting, tables

boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto.server")
s3fs = pytest.importorskip("s3fs")

MANAGED = {"JOB_ETL_SECRETS_MANAGER": "job-etl/sources"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def _settings(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # remembers credentials
    aws._managed_secrets.cache_clear()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> str:
    name = f"job-etl-{abs(hash(request.node.name))}"
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}"


@pytest.fixture
def managed() -> Iterator[Any]:
    """A way to set the content of the managed secret."""
    client = boto3.client("secretsmanager")

    def put(content: str) -> None:
        client.create_secret(Name=MANAGED["JOB_ETL_SECRETS_MANAGER"], SecretString=content)

    yield put
    client.delete_secret(SecretId=MANAGED["JOB_ETL_SECRETS_MANAGER"], ForceDeleteWithoutRecovery=True)


def test_a_landing_zone_in_a_bucket_holds_what_a_folder_holds(bucket: str, tmp_path: Path) -> None:
    remote, local = Landing(f"{bucket}/landing"), Landing(str(tmp_path))
    assert land_sample(remote) == land_sample(local)
    files = list(local.crawls())
    assert list(remote.crawls()) == files
    for file in files[:3]:
        assert list(remote.payload_lines(file)) == list(local.payload_lines(file))
    there = boto3.client("s3").list_objects_v2(Bucket=urlsplit(bucket).netloc)["Contents"]
    assert [item["Key"] for item in there if item["Key"].endswith(".tmp")] == []


def test_what_others_land_in_a_bucket_is_seen_by_those_who_have_looked_before(bucket: str) -> None:
    mine = Landing(f"{bucket}/landing")
    land(mine, day(0), [posting(1)])
    assert len(list(mine.crawls())) == 1
    assert list(mine.newest_first(Board("greenhouse", "other"))) == []
    for board in ("northwind", "other"):
        name = f"landing/greenhouse/{board}/2026/20260303T070000Z-by-hand.jsonl"
        boto3.client("s3").put_object(Bucket=urlsplit(bucket).netloc, Key=name, Body=json.dumps(posting(2)).encode())
    assert len(list(mine.crawls())) == 3
    assert len(list(mine.newest_first(Board("greenhouse", "other")))) == 1


def test_a_bucket_fills_the_same_tables_and_its_backup_restores_them(
    bucket: str, database_url: str, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "cores", lambda: 2)
    monkeypatch.setattr(raw, "_ALONE", 10)  # what is beyond is read in a process of its own, from the bucket too
    landing, store = Landing(f"{bucket}/landing"), Store(f"{bucket}/backups")
    land_sample(landing)
    with connect(database_url) as connection:
        load_crawls(connection, landing, SOURCES)
        stage_crawls(connection, SOURCES)
        assert pending_crawls(connection, landing) == []
        before = tables(connection)
    began = datetime(2026, 3, 1, tzinfo=UTC)
    names = [back_up(database_url, store, landing, now=lambda day=day: began + timedelta(day)) for day in range(3)]
    assert store.keep(2) == names[:1]
    assert Store(f"{bucket}/backups").names() == [names[2], names[1]]
    assert restore(empty_database_url, store, names[2], landing).missing == []
    with connect(empty_database_url) as connection:
        assert tables(connection) == before


NO_BUCKET = "landing zone s3://job-etl-nowhere/landing: there is no bucket job-etl-nowhere .*: create it, or set"


def test_a_bucket_that_is_not_there_is_told_in_a_line_and_not_made() -> None:
    landing = Landing("s3://job-etl-nowhere/landing")
    for ask in (
        lambda: list(landing.crawls()),
        lambda: landing.last(Board("greenhouse", "northwind")),
        lambda: land(landing, day(0), [posting(1)]),
    ):
        with pytest.raises(PermanentError, match=NO_BUCKET) as caught:
            ask()
        assert "\n" not in str(caught.value)
    client = boto3.client("s3")
    assert "job-etl-nowhere" not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    client.create_bucket(Bucket="job-etl-nowhere")
    assert list(landing.crawls()) == []
    land(landing, day(0), [posting(1)])
    assert len(list(landing.crawls())) == 1
    for item in client.list_objects_v2(Bucket="job-etl-nowhere")["Contents"]:
        client.delete_object(Bucket="job-etl-nowhere", Key=item["Key"])
    client.delete_bucket(Bucket="job-etl-nowhere")


def test_the_command_and_the_asset_name_the_bucket_that_is_not_there(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)
    monkeypatch.setenv("JOB_ETL_LANDING_URL", "s3://job-etl-nowhere/landing")
    said = caller(monkeypatch, capfd)("status")
    (error,) = said.errors
    assert said.status == 1
    assert re.match(NO_BUCKET, error)
    resources = {"warehouse": Warehouse(), "landing_zone": LandingZone()}
    with dg.instance_for_test() as instance:
        ended = dg.materialize([job_postings_raw], resources=resources, instance=instance, raise_on_error=False)
    (failure,) = ended.get_step_failure_events()
    told = failure.step_failure_data.error
    assert told is not None
    assert told.cause is not None
    assert re.match(f"job_etl.errors.PermanentError: {NO_BUCKET}", told.cause.message)


def test_a_managed_secret_is_asked_where_nothing_nearer_has_the_name(managed: Any, tmp_path: Path) -> None:
    managed(json.dumps({"A_KEY": "managed", "B_KEY": "b", "EMPTY_KEY": ""}))
    (tmp_path / "lines").write_text("A_KEY=line\n")
    assert secret("A_KEY", MANAGED | {"JOB_ETL_SECRETS_FILE": str(tmp_path / "lines")}) == "line"
    assert secret("A_KEY", MANAGED | {"A_KEY": "given"}) == "given"
    assert secret("A_KEY", MANAGED) == "managed"
    assert missing(["B_KEY", "EMPTY_KEY", "NO_KEY"], MANAGED) == ["EMPTY_KEY", "NO_KEY"]


def test_a_managed_secret_of_another_form_is_named_and_not_shown(managed: Any) -> None:
    managed("A_KEY=never shown")
    with pytest.raises(ConfigError, match="job-etl/sources of Secrets Manager is not a JSON object") as caught:
        secret("A_KEY", MANAGED)
    assert "never shown" not in str(caught.value)


def test_a_managed_secret_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"the secret job-etl/sources: .*can't find the specified secret") as caught:
        secret("A_KEY", MANAGED)
    assert "\n" not in str(caught.value)


def test_secrets_manager_may_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", unreachable_url())
    with pytest.raises(TransientError, match=r"AWS did not answer .* job-etl/sources"):
        secret("A_KEY", MANAGED)


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"POSTGRES_HOST": "db.example.org", "JOB_ETL_DATABASE_IAM": "on"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("rds")
def test_the_password_of_rds_is_a_token_for_this_user_there() -> None:
    url = urlsplit(database_url())
    token = unquote(url.password or "")
    assert (url.username, url.hostname, url.path) == ("job_etl_user", "db.example.org", "/job_etl")
    assert token.startswith("db.example.org:5432/?Action=connect&DBUser=job_etl_user&")
    assert "X-Amz-Expires=900" in token
    assert "X-Amz-Signature=" in token


@pytest.mark.usefixtures("rds")
def test_a_token_without_credentials_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ConfigError, match="AWS does not give a password for RDS: Unable to locate credentials"):
        database_url()
