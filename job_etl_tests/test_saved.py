"""Landing what somebody saved: the exact bytes of a provider's answers."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from job_etl.errors import JobEtlError, PermanentError, UnreadableAnswer
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl.sample.boards import answers
from job_etl.sample.parts import parts
from job_etl.saved import Saved, land_files
from job_etl.sources import SOURCES
from job_etl_tests.realdata import captures, needs_realdata
from job_etl_tests.warehouse.boards import posting

FIXTURES = Path(__file__).parent / "sources" / "fixtures"
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
PAGE = json.dumps({"jobs": [posting(1), posting(2)], "meta": {"total": 2}}).encode()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "zone"))


def land(landing: Landing, *contents: bytes, source: str = "greenhouse", suffix: str = ".json") -> Saved:
    folder = Path(landing.url).parent
    files = []
    for number, content in enumerate(contents):
        files.append(str(folder / f"page{number}{suffix}"))
        Path(files[-1]).write_bytes(content)
    return land_files(landing, SOURCES[source], Board(source, "northwind"), files, collected_at=MONDAY)


def landed(landing: Landing) -> list[Any]:
    return [json.loads(line) for file in landing.crawls() for line in landing.payload_lines(file)]


def test_the_pages_of_one_crawl_are_one_complete_crawl(landing: Landing) -> None:
    saved = land(landing, PAGE, json.dumps([posting(3)]).encode())
    assert (saved.facts.outcome, saved.facts.payloads, saved.facts.collected_at) == (Outcome.COMPLETE, 3, MONDAY)
    assert saved.facts.received_bytes > len(PAGE)
    assert landed(landing) == [posting(1), posting(2), posting(3)]


def test_a_collectors_wrapper_around_the_list_is_read(landing: Landing) -> None:
    wrapped = {"company": "northwind", "fetched_at": "2026-03-02", "job_count": 1, "jobs": [posting(1)]}
    assert land(landing, json.dumps(wrapped).encode()).facts.payloads == 1


@pytest.mark.parametrize("suffix", [".json", ".gz", ".zst", ""], ids=lambda suffix: suffix or "no ending")
@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_what_is_compressed_is_read_by_its_name_or_its_first_bytes(
    landing: Landing, suffix: str, compress: Any
) -> None:
    fits = {gzip.compress: ".gz", zstandard.compress: ".zst"}[compress]
    if suffix in (".json", "", fits):
        assert land(landing, compress(PAGE), suffix=suffix).facts.payloads == 2
    else:
        with pytest.raises(PermanentError, match="cannot be read"):
            land(landing, compress(PAGE), suffix=suffix)


@pytest.mark.parametrize("content", [PAGE, gzip.compress(PAGE), zstandard.compress(PAGE)])
def test_standard_input_is_read_compressed_too(
    landing: Landing, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    saved = land_files(landing, SOURCES["greenhouse"], Board("greenhouse", "x"), ["-"], collected_at=MONDAY)
    assert saved.facts.payloads == 2


@pytest.mark.parametrize(
    ("content", "suffix", "message"),
    [
        (b"", ".json", "the answer is empty, expected JSON"),
        (b"  \n", ".json", "the answer is empty, expected JSON"),
        (b"<!doctype html><title>Be right back</title>", ".json", "the answer is an HTML or XML page, expected JSON"),
        (b"Service unavailable", ".json", r"the answer is not JSON \("),
        (PAGE[: len(PAGE) // 2], ".json", r"the answer is not JSON \(.*\)"),
        (b'{"error": "no such board"}', ".json", "the provider answered with an error: no such board"),
        (b'{"results": []}', ".json", "the answer has no list under jobs"),
        (b'"jobs"', ".json", "the answer is a JSON str, expected a list"),
        (PAGE, ".gz", r"cannot be read \(Not a gzipped file"),
        (gzip.compress(PAGE)[:-9], ".gz", r"cannot be read \("),
        (zstandard.compress(PAGE)[:-9], ".zst", r"cannot be read \("),
    ],
)
def test_what_is_no_answer_is_refused_with_one_line_and_nothing_is_landed(
    landing: Landing, content: bytes, suffix: str, message: str
) -> None:
    with pytest.raises(JobEtlError, match=message) as refused:
        land(landing, content, suffix=suffix)
    assert "page0" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(landing.crawls()) == []


def test_one_bad_page_keeps_the_good_ones_from_being_landed(landing: Landing) -> None:
    with pytest.raises(UnreadableAnswer, match="page1"):
        land(landing, PAGE, b"<html>")
    assert list(landing.crawls()) == []


def test_a_file_that_is_not_there_is_named(landing: Landing) -> None:
    with pytest.raises(PermanentError, match=r"^gone.json: cannot be read \(No such file or directory\)$"):
        land_files(landing, SOURCES["lever"], Board("lever", "x"), ["gone.json"], collected_at=MONDAY)


def test_payloads_without_an_id_and_repeated_ids_are_landed_and_counted(landing: Landing) -> None:
    anonymous = posting(3)
    del anonymous["id"]
    saved = land(landing, json.dumps({"jobs": [posting(1), posting(1, "Another"), anonymous, posting(2)]}).encode())
    assert (saved.facts.payloads, saved.without_id, saved.repeated) == (4, 1, 1)


def test_a_board_without_postings_is_landed(landing: Landing) -> None:
    assert land(landing, b'{"jobs": []}').facts.payloads == 0


@pytest.mark.skipif(os.name != "posix", reason="a file in the place of a folder")
def test_a_zone_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "zone").write_text("a file")
    with pytest.raises(PermanentError, match=r"^landing zone .*/zone: cannot be written \(Not a directory\)$"):
        land(Landing(str(tmp_path / "zone")), PAGE)


FIRST_ANSWERS = {
    name.partition("/")[0]: answers(name, 1)[0] for name, plan in parts().boards.items() if 1 in plan.asked
}
SAVED = {
    name: FIXTURES.joinpath(name, "list.json").read_bytes() for name in ("workable", "recruitee", "jobicy", "reed")
}


@pytest.mark.parametrize("declared", sorted(FIRST_ANSWERS))
@pytest.mark.parametrize("true", sorted(FIRST_ANSWERS | SAVED))
def test_an_answer_is_taken_for_its_own_source_and_no_other(landing: Landing, declared: str, true: str) -> None:
    body = (FIRST_ANSWERS | SAVED)[true]
    if true == declared:
        assert land(landing, body, source=declared).facts.payloads
        return
    with pytest.raises(UnreadableAnswer, match=rf"looks like an answer of {true}\b"):
        land(landing, body, source=declared)


@pytest.mark.realdata
@needs_realdata
def test_no_capture_is_taken_for_another_sources(landing: Landing) -> None:
    seen: dict[str, int] = {}
    for capture in captures():
        seen[capture.source] = seen.get(capture.source, 0) + 1
        if seen[capture.source] <= 40:
            board = Board(capture.source, capture.board)
            land_files(landing, SOURCES[capture.source], board, [str(capture.file)], collected_at=capture.collected_at)
    assert len(seen) >= 6
