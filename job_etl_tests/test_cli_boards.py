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


def test_a_board_is_looked_at_before_it_is_added_with_its_employers_name(provider: Provider, tmp_path: Path) -> None:
    before = (tmp_path / "sources.yml").read_text()
    assert run("sources", "add", "--dry-run", "https://jobs.lever.co/initech") == "0 lever/initech would be added\n"
    assert run("sources", "add", "--dry-run", "https://boards.greenhouse.io/acme") == (
        "0 greenhouse/acme is there already\n"
    )
    assert (tmp_path / "sources.yml").read_text() == before
    run("sources", "add", "--company", "Initech Ltd.", "https://jobs.lever.co/initech")
    assert load().boards("lever") == (Board("lever", "initech", "Initech Ltd."),)


def test_a_crawl_tells_what_came_of_each_source(provider: Provider) -> None:
    provider.at("/v1/boards/acme/jobs", page({"jobs": [{"id": 1}, {"title": "an id is missing"}]}))
    result = CliRunner().invoke(app, ["crawl"], catch_exceptions=False)
    assert result.exit_code == 1
    head, line, last = result.stdout.splitlines()
    assert head.split() == ["source", "boards", "complete", "failed", "postings", "rejects", "requests", "MB"]
    assert line.split() == ["greenhouse", "2", "1", "1", "2", "1", "2", "0.0"]
    assert last == "2 boards crawled, 1 of them not in full. Next: job-etl run --no-crawl"
    assert "[2/2] greenhouse/" in result.stderr
    result = CliRunner().invoke(app, ["crawl", "--due"], catch_exceptions=False)
    assert result.stdout == "0 boards crawled, 0 of them not in full, 2 not due yet. Next: job-etl run --no-crawl\n"
    assert result.exit_code == 0


def test_sources_alone_lists_them(provider: Provider) -> None:
    run("boards", "confirm", "gone")
    [line] = [line for line in run("sources").splitlines() if line.startswith("greenhouse")]
    assert line.split()[1:3] == ["on", "2"]
    assert "gone: GET" in line
    entries = {entry["source"]: entry for entry in json.loads(run("sources", "--json")[2:])}
    assert entries["adzuna"]["needs"] == ["ADZUNA_APP_ID", "ADZUNA_APP_KEY"]
    assert (entries["adzuna"]["terms"]["attribution"], entries["adzuna"]["terms"]["daily_quota"]) == (
        *("Jobs by Adzuna", 250),
    )
    assert (entries["greenhouse"]["boards"], entries["greenhouse"]["unread"]) == (2, 1)
