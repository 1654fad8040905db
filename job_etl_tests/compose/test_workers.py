"""The stack with a queue, two Celery workers and the landing zone in a bucket, which is of moto's server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import yaml

from job_etl_tests.compose import stand_ins
from job_etl_tests.compose.stack import LAND_SAMPLE, PROJECT, SERVICES, Stack

pytestmark = [pytest.mark.stacks, pytest.mark.timeout(1800)]

WORKERS = 2
REDIS = os.environ.get("REDIS_IMAGE") or "redis:8"
BUCKET = "job-etl-bucket:test"
MAKE_BUCKET = "import s3fs; s3fs.S3FileSystem().mkdir('landing')"
EXECUTED = r"Executing steps? [^ ]+ in celery worker"
WORKER = "celery@[0-9a-f]+"


@pytest.fixture(scope="module")
def scaled(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stand_ins.have(REDIS, stand_ins.REDIS)
    stand_ins.have(BUCKET, stand_ins.BUCKET)
    folder = tmp_path_factory.mktemp("scaled")
    over = folder / "over.yaml"
    over.write_text(yaml.safe_dump({"services": {"bucket": {"image": BUCKET, "networks": ["outside"]}}}))
    stack = Stack(
        "jobetlscaled",
        folder / "stack",
        over=[PROJECT / "docker" / "compose.scale.yaml", over],
        services=[*SERVICES, "redis", "worker"],
        JOB_ETL_IMAGE="job-etl:test-scaled",
        JOB_ETL_EXTRAS="[celery,s3,archive]",
        JOB_ETL_LANDING_URL="s3://landing/zone",
        JOB_ETL_SHARDS="2",
        JOB_ETL_CELERY_PATIENCE="40",
        JOB_ETL_AUTOMATION="off",
        AWS_ENDPOINT_URL="http://bucket:5000",
    )
    stack.compose("build")
    with stack.in_use("--scale", f"worker={WORKERS}", prepare=_credentials):
        stack.admin("python", "-c", MAKE_BUCKET)
        yield stack


def _credentials(stack: Stack) -> None:
    """The bucket's key as docs/scale.md has it written."""
    file = stack.secrets / "bucket_credentials"
    file.write_text("[default]\naws_access_key_id=key\naws_secret_access_key=secret\n")
    os.chown(file, 10001, -1)
    file.chmod(0o400)


def test_two_workers_do_the_daily_run_on_the_sample(scaled: Stack) -> None:
    scaled.admin("python", "-c", LAND_SAMPLE)
    run = scaled.launch("jobs_etl_daily")
    assert scaled.finish(run) == ["SUCCESS"]
    assert int(scaled.psql("select count(*) from marts.fact_jobs where rank_score is not null")) > 300
    steps = scaled.events(run, EXECUTED)
    for step in ("raw__job_postings_raw", "shards__loaded_1", "shards__read_2", "staging", "marts"):
        assert f"Executing steps {step} in celery worker" in steps
    assert len(set(scaled.events(run, WORKER))) == WORKERS
