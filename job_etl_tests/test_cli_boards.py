from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from job_etl.cli import app
from job_etl.config.sources import load
from job_etl.model import Board
from job_etl_tests.provider import Provider, page


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with Provider() as server:
        config = {"greenhouse": {"base_url": server.url, "rate": {"per_second": 1000}, "boards": ["acme", "gone"]}}
        (tmp_path / "sources.yml").write_text(json.dumps(config, indent=1))
        monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
        monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
        yield server


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return f"{result.exit_code} {result.stdout}"


def test_a_board_is_confirmed_and_listed(provider: Provider) -> None:
    provider.at("/v1/boards/acme/jobs", page({"jobs": [{"id": number} for number in range(50)]}), page({"jobs": []}))
    assert run("boards", "confirm", "greenhouse/acme").startswith("0 greenhouse/acme: complete, 50 postings")
    assert run("boards", "confirm", "greenhouse/acme").startswith("0 greenhouse/acme: complete, 0 postings")
    assert run("boards", "confirm", "gone").startswith("1 greenhouse/gone: failed, 0 postings: GET ")
    acme, gone = json.loads(run("boards", "list", "--json")[2:])
    assert (acme["outcome"], acme["postings"], acme["failures"]) == ("complete", 0, 0)
    assert (gone["outcome"], gone["failures"]) == ("failed", 1)
    assert "(404)" in run("boards", "list", "--source", "greenhouse")


@pytest.mark.parametrize("group", ["sources", "boards"])
def test_a_board_is_added_by_its_address(provider: Provider, group: str) -> None:
    assert run(group, "add", "https://jobs.eu.lever.co/initech").startswith(
        "0 lever/initech added. Next: job-etl crawl"
    )
    assert run(group, "add", "https://jobs.eu.lever.co/initech").startswith("0 lever/initech is there already")
    assert load().boards("lever") == (Board("lever", "initech", None, {"region": "eu"}),)


def test_sources_alone_lists_them(provider: Provider) -> None:
    run("boards", "confirm", "gone")
    [line] = [line for line in run("sources").splitlines() if line.startswith("greenhouse")]
    assert line.split()[1:3] == ["on", "2"]
    assert "gone: GET" in line
    entries = {entry["source"]: entry for entry in json.loads(run("sources", "--json")[2:])}
    assert entries["adzuna"]["needs"] == ["ADZUNA_APP_ID", "ADZUNA_APP_KEY"]
