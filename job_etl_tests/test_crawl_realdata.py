"""Whole boards as providers once sent them, served at the providers' paths and crawled over HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from job_etl import jsontext
from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.http import Client, Limits
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl_tests.provider import Provider, page

REALDATA = Path(os.environ.get("JOB_ETL_REALDATA") or Path(__file__).resolve().parents[2] / "shared/data")

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not REALDATA.is_dir(), reason=f"no real payloads in {REALDATA} (JOB_ETL_REALDATA)"),
]

WHERE = [
    # source, captures, the board's path, the key of its postings
    ("greenhouse", "api/greenhouse/*/**/*.json", "/v1/boards/acme/jobs", "jobs"),
    ("greenhouse", "timeseries/greenhouse_dev/**/2026-0*/*.json", "/v1/boards/acme/jobs", "jobs"),
    ("ashby", "api/ashby/*/**/*.json", "/posting-api/job-board/acme", "jobs"),
    ("lever", "api/lever/*/**/*.json", "/v0/postings/acme", None),
    ("remotive", "api/remotive/*/**/*.json", "/api/remote-jobs", "jobs"),
    ("remoteok", "api/remoteok/*/**/*.json", "/api", None),
    ("arbeitnow", "api/arbeitnow/*/**/*.json", "/api/job-board-api?page=1", "data"),
]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


def outcome_of(provider: Provider, board: Board, tmp_path: Path) -> tuple[Outcome, list[Any], str | None]:
    """Crawl one board of the provider and read back what was landed."""
    tmp_path.mkdir()
    entry = {"base_url": provider.url, "rate": {"per_second": 10_000}}
    (tmp_path / "sources.yml").write_text(json.dumps({board.source: entry}))
    landing = Landing(str(tmp_path / "landing"))
    with Client(Limits()) as client:
        [facts] = crawl(sources.load(tmp_path / "sources.yml", {}), [board], landing=landing, client=client)
    lines = landing.payload_lines(f"{facts.key}.jsonl.zst")
    return facts.outcome, [jsontext.decode(line) for line in lines], facts.reason


@pytest.mark.parametrize(("source", "captures", "path", "key"), WHERE)
def test_nothing_of_a_real_board_is_lost_or_altered_on_the_way(
    source: str, captures: str, path: str, key: str | None, provider: Provider, tmp_path: Path
) -> None:
    files = sorted(REALDATA.glob(captures))
    assert files
    for number, file in enumerate(files):
        provider.at(path, page(file.read_bytes())).at("/api/job-board-api?page=2", page({"data": []}))
        sent = json.loads(file.read_bytes())
        postings = sent[key] if key else [item for item in sent if "legal" not in item]
        board = Board(source, "acme" if "acme" in path else "all")
        outcome, landed, reason = outcome_of(provider, board, tmp_path / str(number))
        assert (outcome, reason) == (Outcome.COMPLETE, None), file
        assert landed == postings, file


def test_every_page_of_real_searches_is_asked_for(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADZUNA_APP_ID", "x")
    monkeypatch.setenv("ADZUNA_APP_KEY", "y")
    for number, file in enumerate(sorted(REALDATA.glob("api/adzuna/*/**/*.json"))):
        results = json.loads(file.read_bytes())["results"]
        pages = [{"count": len(results), "results": results[at : at + 50]} for at in range(0, len(results), 50)]
        for at, content in enumerate(pages, 1):
            provider.at(f"/v1/api/jobs/fr/search/{at}", page(content))
        board = Board("adzuna", "fr-data", None, {"country": "fr"})
        outcome, landed, _ = outcome_of(provider, board, tmp_path / str(number))
        assert (outcome, landed) == (Outcome.COMPLETE, results), file


def test_real_threads_are_landed_but_for_what_is_no_advertisement(provider: Provider, tmp_path: Path) -> None:
    story = {"hits": [{"objectID": "1", "title": "Ask HN: Who is hiring? (May 2026)"}]}
    for number, file in enumerate(sorted(REALDATA.glob("api/hn/*/**/raw.json"))):
        provider.at("/api/v1/search_by_date", page(story)).at("/api/v1/items/1", page(file.read_bytes()))
        provider.at("/api/v1/search_by_date?tags=job", page({"hits": []}))
        outcome, landed, reason = outcome_of(provider, Board("hackernews", "all"), tmp_path / str(number))
        assert (outcome, reason) == (Outcome.COMPLETE, None), file
        postings = json.loads(file.read_bytes())["jobs"]
        assert len(landed) >= 0.9 * len(postings), file
        assert all(payload in postings for payload in landed), file
