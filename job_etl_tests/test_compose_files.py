"""What the Compose files say, without an engine; what they do is tested in `compose`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

DOCKER = Path(__file__).parents[1] / "docker"
FILES = ("compose.yaml", "compose.scale.yaml")

AGREED = {
    "JOB_ETL_CONFIG_DIR",
    "JOB_ETL_TAXONOMY_DIR",
    "JOB_ETL_BASE_CURRENCY",
    "JOB_ETL_RATES_FILE",
    "JOB_ETL_LANDING_URL",
    "JOB_ETL_ARCHIVE_URL",
    "JOB_ETL_BACKUPS_URL",
    "JOB_ETL_BACKUPS_KEPT",
}
"""Settings that change what is read, or where it lies."""


def _settings(file: str) -> dict[str, dict[str, str]]:
    """The environment of each service of a file."""
    services = yaml.safe_load((DOCKER / file).read_text())["services"]
    return {name: service.get("environment", {}) for name, service in services.items()}


def test_every_variable_is_explained_and_none_that_is_not_there() -> None:
    used = {name for file in FILES for name in re.findall(r"(?<!\$)\$\{(\w+)", (DOCKER / file).read_text())}
    explained = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DOCKER / ".env.example").read_text(), re.MULTILINE))
    assert explained - {"COMPOSE_PROJECT_NAME"} == used


@pytest.mark.parametrize(("file", "service"), [("compose.yaml", "admin"), ("compose.scale.yaml", "worker")])
def test_what_runs_the_platform_agrees_on_how_it_reads(file: str, service: str) -> None:
    over = _settings("compose.scale.yaml") if file == "compose.scale.yaml" else {}
    code = _settings("compose.yaml")["code"] | over.get("code", {})
    other = _settings(file)[service]
    assert {name: other[name] for name in AGREED} == {name: code[name] for name in AGREED}
