"""What is asked of AWS by those who run the platform there: secrets of Secrets Manager, and passwords of RDS.

Belongs here: calling boto3, which the extra `aws` brings, and saying in one line why it gave no answer. Region,
credentials and endpoint are boto3's own settings (`AWS_REGION`, a task's role, `AWS_ENDPOINT_URL`). The landing zone
and the backups in S3 go through fsspec and not through here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from job_etl.errors import ConfigError, TransientError

_KEPT_SECONDS = 300
"""For how long a secret is taken as known: one that was changed is seen within that time."""


def managed_secrets(name: str) -> dict[str, str]:
    """The names and values in a secret of Secrets Manager, which holds one JSON object.

    Raises:
        ConfigError: it is not there, may not be read, or is no such object; the message names it and not its value.
        TransientError: Secrets Manager does not answer.
    """
    return _managed_secrets(name, int(time.monotonic() // _KEPT_SECONDS))


def database_token(host: str, port: str, user: str) -> str:
    """A password for RDS that is good for a new connection in the next 15 minutes; made here, without asking anybody.

    Source: "IAM database authentication" in Amazon's user guide of RDS.

    Raises:
        ConfigError: there are no credentials, or no region.
    """
    with _asking("rds", "a password for RDS") as client:
        token: str = client.generate_db_auth_token(DBHostname=host, Port=int(port), DBUsername=user)
    return token


@lru_cache(maxsize=2)
def _managed_secrets(name: str, _: int) -> dict[str, str]:
    with _asking("secretsmanager", f"the secret {name}") as client:
        text = client.get_secret_value(SecretId=name).get("SecretString") or ""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ConfigError(f'the secret {name} of Secrets Manager is not a JSON object, {{"NAME": "value"}}')
    return {key: str(value) for key, value in values.items() if value}


@contextmanager
def _asking(service: str, what: str) -> Iterator[Any]:
    """A client of a service, with what goes wrong told as a failure to get `what`."""
    try:
        import boto3
        from botocore import exceptions
        from botocore.config import Config
    except ImportError:
        raise ConfigError(f"{what} needs the extra aws: pip install 'job-etl[aws]'") from None
    config = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
    try:
        yield boto3.client(service, config=config)
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise TransientError(f"AWS did not answer the question for {what}: {error}") from None
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise ConfigError(f"AWS does not give {what}: {error}") from None
