"""Answers made to do harm, crawled over HTTP: each is bounded, refused or inert."""

from __future__ import annotations

import html
import json
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from job_etl import jsontext
from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, Outcome
from job_etl.normalize.posting import normalize
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, Script, gzip_bomb, page, redirect

JOBS = "/v1/boards/acme/jobs"
NOW = datetime(2026, 5, 4, tzinfo=UTC)
LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "ha">{LAUGHS}]><workzag-jobs>&l9;</workzag-jobs>'
EXTERNAL = (
    '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]><workzag-jobs><position>&file;</position></workzag-jobs>'
)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Provider]:
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
    with Provider() as server:
        yield server


def crawled(provider: Provider, board: Board, tmp_path: Path) -> CrawlFacts:
    (tmp_path / "sources.yml").write_text(json.dumps({board.source: {"base_url": provider.url}}))
    [facts] = crawl(sources.load(tmp_path / "sources.yml", {}), [board], landing=Landing(str(tmp_path / "landing")))
    return facts


@pytest.mark.parametrize(
    ("board", "script", "says"),
    [
        pytest.param(Board("greenhouse", "acme"), gzip_bomb(10 << 10), "larger than 64 MB", id="10-GB-gzip-bomb"),
        pytest.param(Board("personio", "acme"), page(BILLION_LAUGHS.encode()), "document type", id="billion-laughs"),
        pytest.param(Board("personio", "acme"), page(EXTERNAL.encode()), "document type", id="external-entity"),
        pytest.param(
            Board("personio", "acme"),
            page(b"<workzag-jobs>" * 10_000 + b"</workzag-jobs>" * 10_000),
            "nested more than 64 deep",
            id="10,000-deep-xml",
        ),
        pytest.param(
            Board("greenhouse", "acme"),
            page(b'{"jobs": [' + b"[" * 10_000 + b"]" * 10_000 + b"]}"),
            "nests deeper than 64 levels",
            id="10,000-deep-json",
        ),
        pytest.param(
            Board("greenhouse", "acme"),
            redirect("http://169.254.169.254/latest/meta-data"),
            "http://169.254.169.254: it redirects there, which is not followed",
            id="redirect-to-metadata",
        ),
        pytest.param(
            Board("greenhouse", "acme"), redirect("file:///etc/passwd"), "which is not followed", id="redirect-to-file"
        ),
    ],
)
def test_a_hostile_answer_is_a_failed_crawl_in_little_time_and_memory(
    board: Board, script: Script, says: str, provider: Provider, tmp_path: Path
) -> None:
    provider.otherwise(script)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    facts = crawled(provider, board, tmp_path)
    assert (facts.outcome, facts.payloads) == (Outcome.FAILED, 0)
    assert facts.reason
    assert says in facts.reason
    assert "\n" not in facts.reason
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10


def test_scripts_in_a_title_and_a_text_are_kept_as_sent_and_read_as_none(provider: Provider, tmp_path: Path) -> None:
    script = "<script>alert(document.cookie)</script>"
    hostile = {
        "id": 1,
        "title": f'Engineer{script}<img src=x onerror="alert(1)">',
        "absolute_url": "javascript:alert(1)",
        "company_name": f"Acme{script}",
        "location": {"name": f"Leeds{script}"},
        "content": html.escape(f"<p onclick='alert(1)'>Build{script}</p><a href='javascript:alert(1)'>go"),
    }
    provider.at(JOBS, page({"jobs": [hostile]}))
    board = Board("greenhouse", "acme")
    facts = crawled(provider, board, tmp_path)
    [payload] = (
        jsontext.decode(line) for line in Landing(str(tmp_path / "landing")).payload_lines(f"{facts.key}.jsonl.zst")
    )
    assert payload == hostile
    posting = normalize(SOURCES["greenhouse"].read(payload, board), collected_at=NOW)
    assert (posting.title, posting.company, posting.location) == ("Engineer", "Acme", "Leeds")
    assert (posting.url, posting.apply_url) == (None, None)
    assert posting.description is not None
    assert posting.description.split() == ["Build", "go"]
