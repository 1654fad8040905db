"""Every source, asked over HTTP of a server that has a bad day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.http import Client, Limits
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Outcome
from job_etl.sources import SOURCES
from job_etl_tests.provider import (
    Provider,
    Script,
    cut_short,
    dropped,
    html,
    not_gzip,
    page,
    redirect,
    silent,
    status,
)
from job_etl_tests.sources.samples import board_of

_OUTAGE = html()
QUICK = Limits(connect=1, read=0.2, request=0.5, attempts=2, backoff=0.01, longest_backoff=0.02, circuit=0.05)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(QUICK) as made:
        yield made


def crawled(
    source: str, provider: Provider, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CrawlFacts:
    for name in SOURCES[source].needs:
        monkeypatch.setenv(name, "a-key-of-ours")
    entry = {"base_url": provider.url, "rate": {"per_second": 1000}}
    (tmp_path / "sources.yml").write_text(json.dumps({source: entry}))
    config = sources.load(tmp_path / "sources.yml", {})
    [facts] = crawl(config, [board_of(source)], landing=Landing(str(tmp_path / "landing")), client=client)
    return facts


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(status(404), id="404"),
        pytest.param(status(401), id="401"),
        pytest.param(status(429), id="429"),
        pytest.param(status(500), id="500"),
        pytest.param(page(b""), id="empty-body"),
        pytest.param(_OUTAGE, id="html-of-an-outage"),
        pytest.param(page(b"null"), id="null"),
        pytest.param(page({"error": "no such board"}), id="an-error-as-json"),
        pytest.param(page(b'{"jobs": [{"id": 1'), id="half-json"),
        pytest.param(page(b"<?xml version='1.0'?><rss><channel><item>"), id="half-xml"),
        pytest.param(cut_short(), id="cut-short"),
        pytest.param(not_gzip(), id="not-gzip"),
        pytest.param(redirect("https://elsewhere.example/"), id="redirect-elsewhere"),
        pytest.param(dropped(), id="reset"),
        pytest.param(silent(), id="silent"),
    ],
)
def test_a_bad_day_of_a_provider_is_a_failed_crawl_and_never_an_empty_board(
    source: str, script: Script, provider: Provider, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "jsonld" and script is _OUTAGE:
        pytest.skip("any page may be a careers page, also one with no postings on it")
    provider.otherwise(script)
    facts = crawled(source, provider, client, tmp_path, monkeypatch)
    assert facts.outcome is Outcome.FAILED, facts
    assert facts.reason
    assert "\n" not in facts.reason
    assert "a fault in the source" not in facts.reason
    assert "a-key-of-ours" not in facts.reason
