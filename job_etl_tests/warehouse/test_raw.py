from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from job_etl.errors import TransientError
from job_etl.landing import Landing
from job_etl.model import Outcome
from job_etl.sources import SOURCES
from job_etl.warehouse import landed, raw
from job_etl.warehouse.connect import connect
from job_etl.warehouse.raw import load_crawls
from job_etl_tests.warehouse.boards import day, land, load, posting, row_versions, tables


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def test_a_crawl_is_loaded_once(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    (crawl,), failed = load(connection, landing)
    assert (crawl.payloads, crawl.new, failed) == (2, 2, [])
    before = row_versions(connection)
    assert load(connection, landing) == ([], [])
    assert row_versions(connection) == before


def test_an_unchanged_payload_adds_a_sighting_and_no_row(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), [posting(1), posting(2, title="Senior Data Engineer"), posting(3)])
    (_, second), _ = load(connection, landing)
    assert (second.new, second.changed, second.unchanged) == (1, 1, 1)
    assert connection.execute("select count(*) from raw.job_postings_raw").fetchone() == (4,)
    assert connection.execute("select count(*) from raw.sightings").fetchone() == (5,)


def test_a_payload_that_changes_back_is_a_change_again(connection: psycopg.Connection, landing: Landing) -> None:
    for number, title in enumerate(["Analyst", "Data Analyst", "Analyst"]):
        land(landing, day(number), [posting(1, title=title)])
    crawls, _ = load(connection, landing)
    assert [crawl.changed for crawl in crawls] == [0, 1, 1]


def test_keys_in_another_order_are_the_same_payload(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1)])
    land(landing, day(1), [dict(reversed(posting(1).items()))])
    (_, second), _ = load(connection, landing)
    assert second.unchanged == 1


def test_of_two_payloads_with_one_identity_the_last_counts(connection: psycopg.Connection, landing: Landing) -> None:
    land(landing, day(0), [posting(1, title="On page one"), posting(1, title="On page two")])
    (crawl,), _ = load(connection, landing)
    assert (crawl.payloads, crawl.new, crawl.duplicate) == (2, 1, 1)
    assert connection.execute("select payload ->> 'title' from raw.job_postings_raw").fetchall() == [("On page two",)]


def test_a_crawl_too_large_to_be_kept_in_memory_is_read_twice_and_loaded_alike(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        crawl = [posting(identity, title=f"v{number if identity % 2 else 0}") for identity in range(20)]
        land(landing, day(number), [*crawl, {"title": "No id"}, crawl[0]])
    load(connection, landing)
    kept = tables(connection)
    payloads = (
        "select payload, line from raw.job_postings_raw join raw.crawls using (crawl_id) order by crawl_key, line"
    )
    kept_payloads = connection.execute(payloads).fetchall()
    connection.execute("truncate raw.crawls cascade; truncate raw.sightings")
    monkeypatch.setattr(landed, "_CRAWL_KEPT", 3000)
    monkeypatch.setattr(landed, "_PART", 500)
    load(connection, landing)
    assert tables(connection) == kept
    assert connection.execute(payloads).fetchall() == kept_payloads


def test_what_a_process_reads_is_loaded_alike_and_a_damaged_file_costs_only_itself(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        land(landing, day(number), [*(posting(identity, title=f"v{number}") for identity in range(9)), {"id": None}])
    monkeypatch.setattr(raw, "cores", lambda: 1)
    load(connection, landing)
    alone = tables(connection)
    connection.execute("truncate raw.crawls cascade; truncate raw.sightings")
    damaged = sorted(landing.crawls())[9]
    whole = (path := Path(landing.url, damaged)).read_bytes()
    path.write_bytes(whole[:-20])
    monkeypatch.setattr(raw, "cores", lambda: 2)
    monkeypatch.setattr(raw, "_ALONE", 20)
    loaded, failed = load(connection, landing)
    assert len(loaded) == 11
    assert [(load.file, "damaged or cut short" in load.reason) for load in failed] == [(damaged, True)]
    path.write_bytes(whole)
    load(connection, landing)
    assert tables(connection) == alone


def test_a_process_that_is_killed_while_it_reads_files_stops_the_load_and_the_next_goes_on(
    connection: psycopg.Connection, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        land(landing, day(number), [posting(identity) for identity in range(10)])
    monkeypatch.setattr(raw, "cores", lambda: 2)
    monkeypatch.setattr(raw, "_ALONE", 20)
    before = psutil.Process().children()

    def kill(_: object) -> None:
        for process in set(psutil.Process().children()) - set(before):
            process.kill()

    with pytest.raises(TransientError, match=r"ended \(status -9\)"):
        load_crawls(connection, landing, SOURCES, on_progress=kill)
    assert 0 < len(load(connection, landing)[0]) < 12
    assert connection.execute("select count(*), sum(payloads) from raw.crawls").fetchone() == (12, 120)


def test_a_number_beyond_what_postgres_holds_is_kept_as_the_nearest_that_is_not(
    connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    folder = tmp_path / "landing" / "greenhouse" / "northwind"
    folder.mkdir(parents=True)
    (folder / "20260302T070000Z.jsonl").write_text('{"id": 1, "share": 1e-20000}\n{"id": 2}\n')
    (crawl,), failed = load(connection, landing)
    assert (crawl.new, failed) == (2, [])
    assert connection.execute("select payload ->> 'share' from raw.job_postings_raw where line = 1").fetchone() == (
        "0.0",
    )


def test_a_payload_without_identity_is_kept_once(connection: psycopg.Connection, landing: Landing) -> None:
    for number in range(2):
        land(landing, day(number), [{"title": "No id"}, "only text", ["a", "list"], None])
    (first, second), _ = load(connection, landing)
    assert (first.new, second.new, second.unchanged) == (4, 0, 4)


@pytest.mark.parametrize(
    ("text", "stored"), [("nul \x00 inside", "nul \ufffd inside"), ("half a pair \ud83d.", "half a pair \ufffd.")]
)
def test_what_jsonb_cannot_hold_loses_no_posting(
    connection: psycopg.Connection, landing: Landing, text: str, stored: str
) -> None:
    land(landing, day(0), [posting(f"id {text}", title=text)])
    (crawl,), _ = load(connection, landing)
    assert crawl.new == 1
    assert connection.execute("select payload ->> 'title', source_job_id from raw.job_postings_raw").fetchone() == (
        stored,
        f"id {stored}",
    )


def test_a_line_that_is_not_json_is_rejected_and_the_rest_is_loaded(
    connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    folder = tmp_path / "landing" / "greenhouse" / "northwind"
    folder.mkdir(parents=True)
    (folder / "20260302T070000Z.jsonl").write_text('{"id": 1, "title": "A\u2028B"}\n{"id": 2, "tit\n\n{"id": 3}\n')
    (crawl,), failed = load(connection, landing)
    assert (crawl.payloads, crawl.new, crawl.unreadable, failed) == (3, 2, 1, [])
    line, reason, content = connection.execute("select line, reason, content from raw.rejects").fetchone() or ()
    assert (line, content) == (2, '{"id": 2, "tit')
    assert reason.startswith("the line is not JSON")


def test_not_modified_sees_again_what_the_last_complete_crawl_saw(
    connection: psycopg.Connection, landing: Landing
) -> None:
    land(landing, day(0), [posting(1), posting(2)])
    land(landing, day(1), outcome=Outcome.FAILED)
    land(landing, day(2), outcome=Outcome.NOT_MODIFIED)
    load(connection, landing)
    assert connection.execute(
        "select count(*) from raw.sightings join raw.crawls using (crawl_id) where outcome = 'not_modified'"
    ).fetchone() == (2,)


def test_a_file_of_an_unknown_source_or_cut_short_does_not_stop_the_others(
    connection: psycopg.Connection, landing: Landing, tmp_path: Path
) -> None:
    land(landing, day(0), [posting(number) for number in range(100)])
    land(landing, day(1), [posting(1)], board="other")
    cut = next((tmp_path / "landing" / "greenhouse" / "northwind").rglob("*.zst"))
    cut.write_bytes(cut.read_bytes()[:-20])
    land(landing, day(2), [posting(1)], source="nowhere")
    loaded, failed = load(connection, landing)
    assert [crawl.board for crawl in loaded] == ["other"]
    damaged, unknown = sorted(failure.reason for failure in failed)
    assert "is damaged or cut short" in damaged
    assert "there is no source 'nowhere'" in unknown
    assert connection.execute("select count(*) from raw.job_postings_raw").fetchone() == (1,)


def test_two_loads_at_once_load_each_crawl_once(
    connection: psycopg.Connection, database_url: str, landing: Landing
) -> None:
    for number in range(8):
        land(landing, day(number), [posting(identity, title=f"v{number}") for identity in range(50)])

    def load_it(_: int) -> int:
        with connect(database_url) as own:
            return len(load_crawls(own, landing, SOURCES)[0])

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(load_it, range(4))) == 8
    assert connection.execute("select count(*), count(distinct crawl_key) from raw.crawls").fetchone() == (8, 8)
    assert len(tables(connection)["sightings"]) == 400
