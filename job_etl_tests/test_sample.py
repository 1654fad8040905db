from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from job_etl import jsontext
from job_etl.errors import UnreadablePayload
from job_etl.landing import Landing
from job_etl.model import Board, Outcome
from job_etl.normalize.posting import normalize
from job_etl.sample import land_sample
from job_etl.sample.boards import answers, vacancies
from job_etl.sample.corpus import corpus, land_corpus
from job_etl.sample.dice import Dice
from job_etl.sample.parts import parts
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import connect
from job_etl_tests.warehouse.boards import bring_in

ASKED = [(board, crawl) for board, plan in parts().boards.items() for crawl in plan.asked]
PROJECT = Path(__file__).parents[1]


def payloads(board: str, crawl: int) -> list[Any]:
    source = SOURCES[board.partition("/")[0]]
    return [payload for body in answers(board, crawl) for payload in source.cut(body)]


def body(board: str) -> bytes:
    return b"".join(answers(board, 1))


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    landing = Landing(str(tmp_path_factory.mktemp("landing")))
    land_sample(landing)
    return landing


@pytest.fixture(scope="module")
def staged(shared_database_url: str, landed: Landing) -> Iterator[psycopg.Connection]:
    with connect(shared_database_url) as connection:
        bring_in(connection, landed)
        yield connection


def one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row and row[0]


def test_chance_falls_the_same_way_in_every_version_of_python() -> None:
    dice = Dice("a", 1)
    drawn = [dice.number(1, 1000), dice.one("abcdef"), dice.some(range(9), 4), dice.uuid(), dice.chance(0.5)]
    assert drawn == [332, "f", [0, 3, 5, 6], "5790b718-b455-4ef7-a8b3-6bcd9fbf142c", False]


def test_another_process_composes_the_same_bytes() -> None:
    program = (
        "import hashlib; from job_etl.sample.boards import answers; from job_etl.sample.parts import parts;"
        "print(hashlib.sha256(b''.join(b''.join(answers(board, crawl)) for board, plan in parts().boards.items()"
        " for crawl in plan.asked)).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    there = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    here = hashlib.sha256(b"".join(b"".join(answers(board, crawl)) for board, crawl in ASKED))
    assert there.stdout.strip() == here.hexdigest()


def test_the_sample_is_a_few_hundred_postings_of_all_eight_sources() -> None:
    sources = {board.partition("/")[0] for board, crawl in ASKED}
    distinct = {(board, vacancy.key) for board, crawl in ASKED for vacancy in vacancies(board, crawl)}
    languages = {vacancy.language for board, crawl in ASKED for vacancy in vacancies(board, crawl)}
    assert sources == {"greenhouse", "lever", "ashby", "remoteok", "remotive", "arbeitnow", "adzuna", "hackernews"}
    assert 300 <= len(distinct) <= 450
    assert languages == {"en", "fr", "de", "es", "nl"}


@pytest.mark.parametrize(("board", "crawl"), ASKED)
def test_no_two_composed_postings_of_a_board_have_one_id(board: str, crawl: int) -> None:
    numbers = Counter(vacancy.number for vacancy in vacancies(board, crawl))
    assert numbers.most_common(1)[0][1] == 1


@pytest.mark.parametrize(("board", "crawl"), ASKED)
def test_every_posting_is_read_but_those_that_are_meant_not_to_be(board: str, crawl: int) -> None:
    source_name, _, tenant = board.partition("/")
    source, refused = SOURCES[source_name], []
    for payload in payloads(board, crawl):
        try:
            given = source.read(payload, Board(source_name, tenant, "Employer", dict(parts().boards[board].params)))
        except UnreadablePayload as error:
            refused.append(str(error))
        else:
            assert normalize(given, collected_at=parts().crawls[crawl - 1]).source_job_id
    expected = {"greenhouse/sample-saltmarsh": 1, "hackernews/sample": 1}
    assert len(refused) == expected.get(board, 0)


@pytest.mark.parametrize(("board", "crawl"), ASKED)
def test_what_is_composed_has_all_that_an_advertisement_needs(board: str, crawl: int) -> None:
    for vacancy in vacancies(board, crawl):
        text = " ".join(word for part in vacancy.sections for word in (*part.paragraphs, *part.items))
        assert vacancy.title == vacancy.title.strip()
        assert 100 <= len(text.split()) <= 400
        assert "{" not in text
        assert vacancy.published <= vacancy.updated < parts().crawls[crawl - 1]


@pytest.mark.parametrize(
    ("board", "written"),
    [
        pytest.param("remoteok/sample", b'[{"last_updated":', id="legal notice"),
        pytest.param("remotive/sample", b'"0-legal-notice":', id="legal notice in the wrapper"),
        pytest.param("greenhouse/sample-saltmarsh", b"&amp;lt;p&amp;gt;", id="HTML escaped twice"),
        pytest.param("remoteok/sample", b"\\u00e2\\u0080\\u0094", id="mojibake"),
        pytest.param("greenhouse/sample-harrow-lake", "\u2028".encode(), id="line separator"),
        pytest.param(
            "greenhouse/sample-saltmarsh", "\u00a0Data\u00a0Engineer".encode(), id="no break space in a title"
        ),
        pytest.param("greenhouse/sample-saltmarsh", "\u200b".encode(), id="zero width space"),
        pytest.param("adzuna/sample-ca-data", b"\\u0000", id="U+0000"),
        pytest.param("remoteok/sample", b"\\ud83d<", id="half of a surrogate pair"),
        pytest.param("remoteok/sample", b"Please mention the word **", id="a line that tests readers"),
        pytest.param("arbeitnow/sample", b"(m/w/d)", id="mark for all genders"),
        pytest.param("adzuna/sample-ca-data", b'"salary_is_predicted":"1"', id="estimated pay"),
        pytest.param("adzuna/sample-ca-data", b'"salary_min":0,', id="pay of zero"),
        pytest.param("adzuna/sample-ca-data", "…".encode(), id="cut text"),
        pytest.param("arbeitnow/sample", b'"created_at":null', id="no date"),
        pytest.param("greenhouse/sample-saltmarsh", b'"title":"",', id="no title"),
    ],
)
def test_each_oddity_is_there_as_the_provider_sends_it(board: str, written: bytes) -> None:
    assert written in body(board)


def test_an_adzuna_text_stops_at_five_hundred_characters() -> None:
    lengths = {len(payload["description"]) for payload in payloads("adzuna/sample-ca-data", 1)}
    assert max(lengths) == 500


def test_landing_it_twice_is_landing_it_once(tmp_path: Path) -> None:
    landing = Landing(str(tmp_path))
    first, second = land_sample(landing), land_sample(landing)
    assert first == second
    assert len(list(landing.crawls())) == len(first) == len(ASKED)


def test_all_crawls_are_complete_but_one_that_failed_and_one_that_was_cut_short(tmp_path: Path) -> None:
    crawls = land_sample(Landing(str(tmp_path)))
    troubled = {facts.outcome: facts for facts in crawls if facts.outcome is not Outcome.COMPLETE}
    assert Counter(facts.outcome for facts in crawls) == {
        Outcome.COMPLETE: len(ASKED) - 2,
        Outcome.FAILED: 1,
        Outcome.PARTIAL: 1,
    }
    assert all(facts.reason for facts in troubled.values())
    assert (troubled[Outcome.FAILED].payloads, troubled[Outcome.PARTIAL].payloads) == (0, 50)
    assert all("sample" in facts.board for facts in crawls)


def test_every_payload_is_staged_or_rejected_with_a_reason(staged: psycopg.Connection) -> None:
    reasons = staged.execute("select distinct reason from raw.rejects").fetchall()
    assert {reason for (reason,) in reasons} == {
        "the payload has no `id`, which identifies a posting",
        "the comment has no head line and no word of hiring, so it advertises nothing",
    }
    seen = "select count(distinct (source, source_job_id)) from raw.job_postings_raw where source_job_id is not null"
    assert one(staged, "select count(*) from staging.postings") == one(staged, seen) - 1


def test_postings_change_close_and_reopen(staged: psycopg.Connection) -> None:
    kinds = dict(staged.execute("select kind, count(*) from staging.posting_changes group by kind").fetchall())
    assert kinds["changed"] >= 20
    assert kinds["closed"] >= 20
    assert kinds["reopened"] >= 1
    changed = {field for (field,) in staged.execute("select field from staging.posting_changes where kind = 'changed'")}
    assert changed >= {"title", "salary_min", "salary_max", "remote_type"}


def test_a_failed_crawl_and_one_cut_short_close_nothing(staged: psycopg.Connection) -> None:
    closed = {
        at for (at,) in staged.execute("select closed_at from staging.postings where source in ('lever', 'adzuna')")
    }
    assert parts().crawls[1] not in closed
    assert parts().crawls[2] in closed


def test_one_job_on_several_sources_is_one_job(staged: psycopg.Connection) -> None:
    sources = staged.execute(
        "select sources from staging.job_postings_stg where cardinality(sources) > 1 order by sources"
    ).fetchall()
    assert ["ashby", "remoteok", "remotive"] in [row for (row,) in sources]
    assert ["adzuna", "greenhouse"] in [row for (row,) in sources]
    assert len(sources) >= 5


def test_what_reaches_a_reader_is_clean(staged: psycopg.Connection) -> None:
    texts = staged.execute("select concat_ws(' ', title, location, description) from staging.postings").fetchall()
    for (text,) in texts:
        assert not set(text) & set("\u00a0\u200b\u2028\u00ad\ufeff"), text
        assert "Please mention the word" not in text
        assert "Arbeitnow" not in text
        assert "â\x80" not in text
        assert "&lt;" not in text


def test_a_corpus_is_of_the_size_and_mixture_it_says() -> None:
    crawls = [(crawl.board, list(crawl.payloads)) for crawl in corpus(4000, seed=1)]
    lines = [jsontext.encode(payload) for _, of_board in crawls for payload in of_board]
    assert len(lines) == pytest.approx(4000, rel=0.05)
    assert 1 - len(set(lines)) / len(lines) == pytest.approx(0.25, abs=0.03)
    objects = [line for line in lines if line.startswith(b"{")]
    assert 4000 < sum(map(len, objects)) / len(objects) < 5000
    assert sum(2900 < len(line) < 6500 for line in objects) > 0.97 * len(objects)
    unreadable = sum(
        not readable(SOURCES[board.source], payload, board) for board, found in crawls for payload in found
    )
    assert unreadable / len(lines) == pytest.approx(0.03, abs=0.01)


def readable(source: Any, payload: Any, board: Board) -> bool:
    try:
        source.read(payload, board)
    except UnreadablePayload:
        return False
    return True


def test_the_text_of_a_corpus_does_not_compress_away() -> None:
    greenhouse = [crawl for crawl in corpus(1000) if crawl.board.source == "greenhouse"]
    lines = [jsontext.encode(payload) for crawl in greenhouse for payload in crawl.payloads]
    assert sum(map(len, lines)) / sum(len(zlib.compress(line)) for line in lines) < 2.4


def test_a_corpus_is_the_same_for_a_seed_and_shares_nothing_with_another() -> None:
    def lines(seed: int) -> set[bytes]:
        return {jsontext.encode(payload) for crawl in corpus(300, seed) for payload in crawl.payloads}

    assert lines(1) == lines(1)
    assert {line for line in lines(1) & lines(2) if line.startswith(b"{")} == set()


def test_a_corpus_is_made_while_it_is_taken() -> None:
    crawl = next(corpus(100_000_000))
    assert len(list(islice(crawl.payloads, 3))) == 3


def test_a_corpus_loads_with_its_sightings_and_rejects(connection: psycopg.Connection, tmp_path: Path) -> None:
    landing = Landing(str(tmp_path))
    total = land_corpus(landing, 600)
    bring_in(connection, landing)
    found = [(crawl.board, payload) for crawl in corpus(600) for payload in crawl.payloads]
    postings = {
        (board.source, SOURCES[board.source].identify(payload, board))
        for board, payload in found
        if readable(SOURCES[board.source], payload, board)
    }
    assert total == len(found)
    assert one(connection, "select count(*) from staging.postings where closed_at is null") == len(postings)
    assert one(connection, "select count(*) from raw.rejects") > 0
