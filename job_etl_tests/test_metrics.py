"""What the platform measures of itself: a row a stage of each run, and Prometheus' metrics."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import httpx
import psycopg
import pytest

from job_etl.landing import Landing
from job_etl.ops import metrics
from job_etl.ops.housekeeping import prune
from job_etl.ops.run_stats import StageStats, record, recorded_runs
from job_etl.sample import land_sample
from job_etl.sources import SOURCES
from job_etl.warehouse.raw import load_crawls

RUN = "7d9f8c60-0000-4000-8000-000000000001"
DASHBOARD = Path(__file__).parents[1] / "docker" / "grafana.json"
NAME = re.compile(r"job_etl_\w+")
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? -?[\d.e+-]+')


@pytest.fixture
def raw(connection: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> psycopg.Connection:
    landing = Landing(str(tmp_path_factory.mktemp("landing")))
    land_sample(landing)
    load_crawls(connection, landing, SOURCES)
    record(connection, [StageStats(RUN, "raw", "daily", True, BEGAN, 1.5, rows_in=10, rows_new=3)])
    return connection


def test_a_stage_is_one_row_however_often_it_is_recorded(connection: psycopg.Connection) -> None:
    for seconds in (1.0, 2.0):
        record(connection, [StageStats(RUN, "raw", "daily", True, BEGAN, seconds, rows_in=10, bytes=99)])
    found = connection.execute("select stage, seconds, rows_in, rows_new, bytes from ops.run_stats").fetchall()
    assert found == [("raw", 2.0, 10, None, 99)]
    assert recorded_runs(connection) == {RUN}


def test_the_view_for_dashboards_has_a_row_a_day_and_stage(connection: psycopg.Connection) -> None:
    other = RUN[:-1] + "2"
    record(connection, [StageStats(RUN, "raw", "daily", True, BEGAN, 1.0, rows_in=10)])
    record(connection, [StageStats(other, "raw", "daily", False, BEGAN, 3.0, rows_in=5)])
    found = connection.execute("select stage, runs, failed_runs, average_seconds, rows_in from ops.stage_days")
    assert found.fetchall() == [("raw", 2, 1, 2, 15)]


@pytest.fixture
def address(raw: psycopg.Connection, database_url: str) -> Iterator[str]:
    with metrics.server("127.0.0.1", 0, lambda: database_url) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_every_line_is_prometheus_text_and_every_metric_is_explained_once(address: str) -> None:
    answer = httpx.get(f"{address}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert [line for line in lines if not line.startswith("#") and not SAMPLE.fullmatch(line)] == []
    helped = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(helped) == len(set(helped))
    assert {re.split(r"[ {]", line)[0] for line in lines if not line.startswith("#")} == set(helped)


def test_metrics_are_what_the_tables_say(address: str, raw: psycopg.Connection) -> None:
    text = httpx.get(f"{address}/metrics").text
    pending = raw.execute("select count(*) from raw.crawls where staged_at is null").fetchone()
    assert pending is not None
    assert f"job_etl_crawls_to_stage {float(pending[0])}\n" in text
    assert 'job_etl_stage_rows_new{stage="raw"} 3.0\n' in text
    assert 'job_etl_last_good_crawl_timestamp_seconds{source="lever"}' in text


def test_a_database_that_is_away_is_a_metric_and_not_a_failed_scrape() -> None:
    text = metrics.exposition("postgresql://nobody@127.0.0.1:1/nowhere")
    assert text.splitlines()[-1] == "job_etl_up 0.0"


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {name for panel in panels for target in panel["targets"] for name in NAME.findall(target["expr"])}
    assert asked <= metrics.NAMES
    assert len(asked) > 5


def test_other_paths_are_not_found(address: str) -> None:
    assert httpx.get(f"{address}/secret").status_code == 404


def test_what_was_written_to_lately_is_not_pruned(tmp_path: Path) -> None:
    folder = tmp_path
    for name in ("old", "mixed", "new"):
        (folder / name).mkdir()
        (folder / name / "file").touch()
    for old in ("old", "old/file", "mixed"):
        os.utime(folder / old, (0, 0))
    assert prune(folder, 14) == 1
    assert sorted(entry.name for entry in folder.iterdir()) == ["mixed", "new"]
    assert prune(folder / "missing", 14) == 0
