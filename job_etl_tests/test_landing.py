"""The landing zone: crawls as files, whole or not there."""

from __future__ import annotations

import gzip
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from job_etl.errors import PermanentError
from job_etl.landing import CrawlFacts, Landing, crawl_key
from job_etl.model import Board, Outcome

BOARD = Board("greenhouse", "acme", "Acme", {"region": "eu"})
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "zone"))


def land(landing: Landing, *payloads: object, board: Board = BOARD, at: datetime = MONDAY) -> CrawlFacts:
    with landing.write(board, collected_at=at) as crawl:
        for payload in payloads:
            crawl.add(payload)
        return crawl.finish(Outcome.COMPLETE, etag='"1"', requests=2, received_bytes=99)


def drop(landing: Landing, name: str, content: bytes) -> Path:
    """Put a file there as another tool would."""
    file = Path(landing.url) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def test_a_crawl_is_read_as_it_was_written(landing: Landing) -> None:
    payloads = [{"id": 1, "title": "Line\nbreak \u2028 \x85 and \ud83d"}, {"id": 2, "nested": [{"a": None}]}]
    facts = land(landing, *payloads)
    (file,) = landing.crawls()
    assert landing.facts(file) == facts
    assert facts.key == crawl_key(file)
    assert (facts.payloads, facts.company, facts.params, facts.etag) == (2, "Acme", {"region": "eu"}, '"1"')
    assert [json.loads(line) for line in landing.payload_lines(file)] == payloads


def test_the_same_crawl_landed_again_is_the_same_files(landing: Landing) -> None:
    assert land(landing, {"id": 1}) == land(landing, {"id": 1})
    assert len(list(landing.crawls())) == 1
    assert len([path for path in Path(landing.url).rglob("*") if path.is_file()]) == 2


def test_crawls_of_one_moment_with_other_payloads_stand_beside_each_other(landing: Landing) -> None:
    land(landing, {"id": 1})
    land(landing, {"id": 2})
    assert len(list(landing.crawls())) == 2


def test_what_is_not_finished_leaves_nothing_behind(landing: Landing) -> None:
    with landing.write(BOARD, collected_at=MONDAY) as crawl:
        crawl.add({"id": 1})
    assert list(landing.crawls()) == []
    assert [path for path in Path(landing.url).rglob("*") if path.is_file()] == []


def test_a_reader_never_sees_a_crawl_without_its_facts_or_its_end(landing: Landing) -> None:
    finished = threading.Event()

    def write() -> None:
        for number in range(40):
            land(landing, *({"id": n, "text": os.urandom(50).hex()} for n in range(number)), at=MONDAY)
        finished.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not finished.is_set():
        for file in landing.crawls():
            assert len(list(landing.payload_lines(file))) == landing.facts(file).payloads
    writer.join()
    assert len(list(landing.crawls())) == 40


@pytest.mark.parametrize("name", ["a b/c", "ünïcode", "..", ".hidden", "x?y#z", "50%"])
def test_any_name_of_a_board_is_a_folder_and_comes_back(landing: Landing, name: str) -> None:
    board = Board("jsonld", name)
    facts = land(landing, {"id": 1}, board=board)
    (file,) = landing.crawls()
    assert landing.facts(file).board == name
    assert landing.last(board) == facts
    assert Path(landing.url).resolve() in (Path(landing.url) / file).resolve().parents


def test_the_newest_crawl_of_a_board_comes_first_whatever_the_order_of_landing(landing: Landing) -> None:
    times = [MONDAY.replace(year=year, microsecond=micro) for year, micro in [(2026, 0), (2025, 7), (2026, 5)]]
    for time in times:
        land(landing, {"at": time.isoformat()}, at=time)
    land(landing, {"id": 1}, board=Board("greenhouse", "acme2"))
    assert [facts.collected_at for facts in landing.newest_first(BOARD)] == sorted(times, reverse=True)


def test_a_zone_that_is_not_there_is_empty(landing: Landing) -> None:
    assert list(landing.crawls()) == []
    assert landing.last(BOARD) is None


LINES = b'{"id": 1}\n\n  {"id": 2}\r\n{"id": 3}'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("20260302T070000Z.jsonl", LINES),
        ("x-20260302T070000Z.jsonl.gz", gzip.compress(LINES)),
        ("20260302T070000Z-2.jsonl.zst", zstandard.compress(LINES[:12]) + zstandard.compress(LINES[12:])),
    ],
)
def test_a_file_that_another_tool_put_there_is_a_complete_crawl(landing: Landing, name: str, content: bytes) -> None:
    drop(landing, f"lever/acme%20corp/{name}", content)
    (file,) = landing.crawls()
    facts = landing.facts(file)
    assert (facts.source, facts.board, facts.outcome) == ("lever", "acme corp", Outcome.COMPLETE)
    assert facts.collected_at == MONDAY
    assert [json.loads(line)["id"] for line in landing.payload_lines(file)] == [1, 2, 3]


def test_a_file_without_a_time_in_its_name_was_collected_when_it_was_written(landing: Landing) -> None:
    os.utime(drop(landing, "lever/acme/jobs.jsonl", LINES), (MONDAY.timestamp(), MONDAY.timestamp()))
    assert landing.facts("lever/acme/jobs.jsonl").collected_at == MONDAY


def test_what_is_unfinished_or_of_another_kind_is_no_crawl(landing: Landing) -> None:
    for name in ("lever/acme/.0f.tmp", "lever/acme/.x.jsonl", "lever/acme/notes.txt", "lever/acme/facts.json"):
        drop(landing, name, LINES)
    assert list(landing.crawls()) == []


COMPRESSED = zstandard.compress(b'{"id": 1}\n' * 1000)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.zst", COMPRESSED[:-5]),
        ("a.jsonl.zst", b"plain text"),
        ("a.jsonl.zst", COMPRESSED[:20] + b"\xff\xff\xff" + COMPRESSED[23:]),
        ("a.jsonl.gz", gzip.compress(LINES)[:-3]),
        ("a.jsonl.gz", b"plain text"),
    ],
)
def test_a_damaged_file_is_one_clear_line(landing: Landing, name: str, content: bytes) -> None:
    drop(landing, f"lever/acme/{name}", content)
    with pytest.raises(PermanentError, match=rf"^landing zone: lever/acme/{name} is damaged or cut short \(.+\)$"):
        list(landing.payload_lines(f"lever/acme/{name}"))


def test_a_file_that_lies_in_no_board_is_one_clear_line(landing: Landing) -> None:
    drop(landing, "stray.jsonl", LINES)
    with pytest.raises(PermanentError, match=r"stray.jsonl does not lie in <source>/<board>/"):
        landing.facts("stray.jsonl")


def test_facts_that_are_none_are_one_clear_line(landing: Landing) -> None:
    drop(landing, "lever/acme/a.jsonl", LINES)
    drop(landing, "lever/acme/a.json", b"{")
    with pytest.raises(PermanentError, match=r"lever/acme/a.json is not a crawl's facts"):
        landing.facts("lever/acme/a.jsonl")


def test_a_store_whose_library_is_missing_says_so() -> None:
    with pytest.raises(PermanentError, match=r"gs://bucket/zone needs an extra: .*gcsfs"):
        Landing("gs://bucket/zone")
