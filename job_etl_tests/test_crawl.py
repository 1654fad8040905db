from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from job_etl import jsontext
from job_etl.config import sources
from job_etl.crawl import Progress, crawl, crawl_board
from job_etl.errors import PermanentError
from job_etl.http import Client, Limits
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, GivenPosting, Outcome, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, listing
from job_etl_tests.provider import (
    Asked,
    Provider,
    Said,
    Script,
    cut_short,
    dropped,
    endless,
    gzip_bomb,
    html,
    not_gzip,
    page,
    redirect,
    silent,
    status,
    unreachable_url,
    validated,
)

QUICK = Limits(connect=1, read=0.3, request=1, backoff=0.01, longest_backoff=0.02, circuit=0.1, body=4 << 20)
QUICKLY = {"per_second": 1000, "concurrency": 4}
ACME = Board("greenhouse", "acme")
JOBS = "/v1/boards/acme/jobs"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(QUICK) as made:
        yield made


_PROGRAM = """
import sys; from pathlib import Path
from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.landing import Landing
crawl(sources.load(Path(sys.argv[1]), {}), landing=Landing(sys.argv[2]), only_due=True)
"""

# In MiB; not `ru_maxrss`, which starts from what the process that started this one had.
_PRINT_MEMORY = """
import re
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10)
"""


def program(landing: Landing, after: str = "") -> list[str]:
    """The command of a process of its own that crawls what is due."""
    config = Path(os.environ["JOB_ETL_HOME"]).parent / "sources.yml"
    return [sys.executable, "-c", _PROGRAM + after, str(config), landing.url]


def configured(url: str, **entries: Any) -> sources.Sources:
    """A configuration in which every source is asked of one server, quickly."""
    boards = entries or {"greenhouse": ["acme"]}
    common = {"base_url": url, "rate": QUICKLY}
    file = Path(os.environ["JOB_ETL_HOME"]).parent / "sources.yml"
    text = {name: common | (given if isinstance(given, dict) else {"boards": given}) for name, given in boards.items()}
    file.write_text(json.dumps(text))
    return sources.load(file, {})


def jobs(*ids: int) -> Script:
    return page({"jobs": [{"id": number, "title": f"Engineer {number}"} for number in ids]})


def landed(landing: Landing, facts: CrawlFacts) -> list[Any]:
    return [jsontext.decode(line) for line in landing.payload_lines(f"{facts.key}.jsonl.zst")]


@pytest.fixture
def crawl_acme(provider: Provider, client: Client, landing: Landing) -> Callable[[], CrawlFacts]:
    def once() -> CrawlFacts:
        [facts] = crawl(configured(provider.url), [ACME], landing=landing, client=client)
        return facts

    return once


def test_a_board_is_landed_as_the_provider_sent_it(
    provider: Provider, landing: Landing, crawl_acme: Callable[[], CrawlFacts]
) -> None:
    sent = [{"id": 1, "title": "Größe \u2028 \ud83d", "n": 1.10}, {"id": 2}, "a string where a posting should be"]
    provider.at(JOBS, page({"jobs": sent}))
    facts = crawl_acme()
    assert (facts.outcome, facts.payloads, facts.requests, facts.reason) == (Outcome.COMPLETE, 3, 1, None)
    assert facts.received_bytes == len(json.dumps({"jobs": sent}))
    assert landed(landing, facts) == sent


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param(html(), "the answer is an HTML or XML page, expected JSON", id="html"),
        pytest.param(page(b""), "the answer is empty, expected JSON", id="empty-body"),
        pytest.param(page(b'{"jobs": [{"id": 1'), "the answer is not JSON", id="half-json"),
        pytest.param(page({"name": "acme"}), "the answer has no list under jobs", id="other-shape"),
        pytest.param(cut_short(), "the answer is cut short", id="cut-short"),
        pytest.param(not_gzip(), "says it is gzip and is not", id="not-gzip"),
        pytest.param(gzip_bomb(64), "larger than 4 MB once decompressed; crawl.body_mb", id="gzip-bomb"),
        pytest.param(endless(2 << 30, claimed=True), "larger than 4 MB; crawl.body_mb", id="2-GB"),
        pytest.param(page(b"[" * 10_000 + b"]" * 10_000), "nests deeper than 64 levels", id="10,000-deep"),
        pytest.param(status(404), "board does not exist (404); correct its name in sources.yml", id="404"),
        pytest.param(status(401), "the provider refuses us (401)", id="401"),
        pytest.param(status(403), "the provider refuses us (403)", id="403"),
        pytest.param(status(429), "asked too often (429) (4 attempts)", id="429"),
        pytest.param(status(429, retry_after="600"), "it wants to be left alone for 600 s", id="429-retry-after"),
        pytest.param(status(500), "the provider has a fault (500) (4 attempts)", id="500"),
        pytest.param(
            redirect("https://elsewhere.example/"), "it redirects there, which is not followed", id="redirect"
        ),
        pytest.param(silent(), "no whole answer in time", id="silent"),
        pytest.param(dropped(), "the connection was lost", id="reset"),
    ],
)
def test_a_bad_answer_is_a_failed_crawl_with_one_line(
    script: Script, says: str, provider: Provider, landing: Landing, crawl_acme: Callable[[], CrawlFacts]
) -> None:
    provider.at(JOBS, script)
    facts = crawl_acme()
    assert facts.outcome is Outcome.FAILED
    assert facts.reason
    assert says in facts.reason
    assert f"{provider.url}{JOBS}" in facts.reason
    assert "\n" not in facts.reason
    assert landed(landing, facts) == []
    provider.at(JOBS, jobs(1))
    if "alone" not in facts.reason:
        assert crawl_acme().outcome is Outcome.COMPLETE


@pytest.mark.parametrize("url", [unreachable_url(), "http://nowhere.invalid"])
def test_a_provider_that_cannot_be_reached_is_not_waited_for_once_a_board(
    url: str, client: Client, landing: Landing
) -> None:
    boards = [Board("greenhouse", f"board-{number}") for number in range(50)]
    taken = []
    for asked in (boards[:1], boards):
        started = time.monotonic()
        found = crawl(configured(url), asked, landing=landing, client=client)
        taken.append(time.monotonic() - started)
    assert taken[1] < 25 * taken[0]
    assert {facts.outcome for facts in found} == {Outcome.FAILED}
    assert all(facts.reason and ("no connection" in facts.reason or "resolve" in facts.reason) for facts in found)


def test_a_500_that_passes_is_not_noticed(provider: Provider, crawl_acme: Callable[[], CrawlFacts]) -> None:
    provider.at(JOBS, status(500), jobs(1, 2))
    facts = crawl_acme()
    assert (facts.outcome, facts.payloads, facts.requests) == (Outcome.COMPLETE, 2, 2)


def test_pages_that_came_before_a_failure_are_kept_as_partial(
    provider: Provider, client: Client, landing: Landing
) -> None:
    items = [{"slug": f"job-{number}"} for number in range(200)]
    more = {"next": "https://www.arbeitnow.com/api/job-board-api?page=2"}
    path = "/api/job-board-api"
    provider.at(f"{path}?page=1", page({"data": items[:100], "links": more}))
    provider.at(f"{path}?page=2", page({"data": items[100:], "links": more})).at(f"{path}?page=3", html())
    config = configured(provider.url, arbeitnow=["all"])
    [facts] = crawl(config, landing=landing, client=client)
    assert (facts.outcome, facts.payloads) == (Outcome.PARTIAL, 200)
    assert facts.reason == f"{provider.url}{path}?page=3: the answer is an HTML or XML page, expected JSON"
    assert landed(landing, facts) == items


def test_a_board_that_has_not_changed_is_not_sent_again(
    provider: Provider, crawl_acme: Callable[[], CrawlFacts]
) -> None:
    provider.at(JOBS, validated({"jobs": [{"id": 1}]}, '"v1"'))
    assert crawl_acme().etag == '"v1"'
    for _ in range(2):
        facts = crawl_acme()
        assert (facts.outcome, facts.etag, facts.payloads) == (Outcome.NOT_MODIFIED, '"v1"', 0)
    provider.at(JOBS, validated({"jobs": [{"id": 1}, {"id": 2}]}, '"v2"'))
    facts = crawl_acme()
    assert (facts.outcome, facts.etag, facts.payloads) == (Outcome.COMPLETE, '"v2"', 2)


def test_the_validators_of_one_page_do_not_speak_for_the_next(
    provider: Provider, client: Client, landing: Landing
) -> None:
    path, config = "/api/job-board-api", configured(provider.url, arbeitnow=["all"])
    first = {"data": [{"slug": str(number)} for number in range(100)], "links": {"next": "x"}}
    provider.at(f"{path}?page=1", validated(first, '"1"')).at(f"{path}?page=2", page({"data": [{"slug": "last"}]}))
    for _ in range(2):
        [facts] = crawl(config, landing=landing, client=client)
        assert (facts.outcome, facts.payloads, facts.etag) == (Outcome.COMPLETE, 101, None)


def test_an_empty_board_that_had_postings_is_believed_when_it_says_so_again(
    provider: Provider, client: Client, landing: Landing
) -> None:
    text = {
        "crawl": {"empty_apart_hours": 0.2 / 3600, "empty_times": 2},
        "greenhouse": {"base_url": provider.url, "rate": QUICKLY},
    }
    file = Path(os.environ["JOB_ETL_HOME"]).parent / "sources.yml"
    file.write_text(json.dumps(text))
    config = sources.load(file, {})

    def outcome() -> Outcome:
        [facts] = crawl(config, [ACME], landing=landing, client=client)
        return facts.outcome

    provider.at(JOBS, jobs())
    assert outcome() is Outcome.COMPLETE
    provider.at(JOBS, jobs(1), jobs())
    assert outcome() is Outcome.COMPLETE
    assert outcome() is Outcome.SUSPICIOUS_EMPTY
    assert outcome() is Outcome.SUSPICIOUS_EMPTY
    time.sleep(0.25)
    assert outcome() is Outcome.SUSPICIOUS_EMPTY
    time.sleep(0.25)
    assert outcome() is Outcome.COMPLETE
    assert outcome() is Outcome.COMPLETE


def test_a_person_is_asked_before_most_of_a_board_is_taken_for_gone(
    provider: Provider, client: Client, landing: Landing
) -> None:
    config = configured(provider.url)

    def once(trusting: bool = False) -> CrawlFacts:
        [facts] = crawl(config, [ACME], landing=landing, client=client, trusting=trusting)
        return facts

    provider.at(JOBS, jobs(*range(100)), jobs(*range(40)), jobs(*range(10)), jobs(*range(10)), jobs(*range(1000, 1040)))
    assert once().outcome is Outcome.COMPLETE
    assert once().outcome is Outcome.COMPLETE
    facts = once()
    assert (facts.outcome, facts.payloads) == (Outcome.PARTIAL, 10)
    assert (
        facts.reason == "30 of 40 postings are gone at once; `job-etl boards confirm greenhouse/acme` if that is right"
    )
    assert once(trusting=True).outcome is Outcome.COMPLETE
    assert once().outcome is Outcome.COMPLETE


def test_one_bad_board_or_source_costs_the_others_nothing(provider: Provider, client: Client, landing: Landing) -> None:
    provider.at(JOBS, jobs(1)).at("/v1/boards/broken/jobs", html()).at("/v1/boards/gone/jobs", status(404))
    provider.at("/api", status(500)).at("/api/remote-jobs", page({"jobs": [{"id": 7}]}))
    seen: list[Progress] = []
    config = configured(provider.url, greenhouse=["broken", "acme", "gone"], remoteok=["all"], remotive=["all"])
    found = crawl(config, landing=landing, client=client, on_progress=seen.append)
    assert {f"{facts.source}/{facts.board}": str(facts.outcome) for facts in found} == {
        "greenhouse/acme": "complete",
        "greenhouse/broken": "failed",
        "greenhouse/gone": "failed",
        "remoteok/all": "failed",
        "remotive/all": "complete",
    }
    assert [(step.done, step.total) for step in seen] == [(number, 5) for number in range(1, 6)]


def test_a_source_without_its_key_says_which(
    provider: Provider, client: Client, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ADZUNA_APP_KEY", raising=False)
    monkeypatch.setenv("ADZUNA_APP_ID", "x")
    board = Board("adzuna", "ca-data", None, {"country": "ca"})
    [facts] = crawl(configured(provider.url, adzuna=[]), [board], landing=landing, client=client)
    assert (facts.outcome, facts.reason) == (Outcome.FAILED, "adzuna needs ADZUNA_APP_KEY, which is not set")
    assert provider.count() == 0


def test_a_key_is_in_no_file_that_a_crawl_leaves(
    provider: Provider, client: Client, landing: Landing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ADZUNA_APP_ID", "an-id-of-ours")
    monkeypatch.setenv("ADZUNA_APP_KEY", "a-key-of-ours")
    search = "/v1/api/jobs/ca/search/1"
    provider.at(search, page({"count": 1, "results": [{"id": "1"}]}), status(401), html(), status(500))
    board = Board("adzuna", "ca-data", None, {"country": "ca", "what": "data engineer"})
    config = configured(provider.url, adzuna=[])
    found = [facts for _ in range(4) for facts in crawl(config, [board], landing=landing, client=client)]
    assert [str(facts.outcome) for facts in found] == ["complete", "failed", "failed", "failed"]
    assert "key refused (401); check ADZUNA_APP_ID and ADZUNA_APP_KEY" in str(found[1].reason)
    assert provider.asked[0].params["app_key"] == "a-key-of-ours"
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"-of-ours" not in written


def test_boards_that_are_not_due_are_left_out(provider: Provider, client: Client, landing: Landing) -> None:
    config = configured(provider.url, greenhouse=["acme", "bad"])
    provider.at(JOBS, jobs(1))
    crawl(config, landing=landing, client=client, only_due=True)
    seen: list[Progress] = []
    assert crawl(config, landing=landing, client=client, only_due=True, on_progress=seen.append) == []
    waits = {step.board.name: step.due - datetime.now(UTC) for step in seen if step.due}
    assert 19 < waits["acme"].total_seconds() / 3600 < 21
    assert 14 < waits["bad"].total_seconds() / 60 < 16
    assert provider.count() == 2


def test_a_landing_zone_that_cannot_be_written_ends_the_crawl(
    provider: Provider, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "landing").write_text("a file where the folder should be")
    provider.at(JOBS, jobs(1))
    with pytest.raises(PermanentError, match=r"landing zone .*: (Not a directory|File exists)"):
        crawl(configured(provider.url), [ACME], landing=Landing(str(tmp_path / "landing")), client=client)


def test_an_interrupt_ends_a_crawl_at_once_and_publishes_nothing_half(
    provider: Provider, landing: Landing, tmp_path: Path
) -> None:
    provider.at(JOBS, jobs(1)).at("/v1/boards/slow/jobs", silent())
    configured(provider.url, greenhouse=["acme", "slow"])
    process = subprocess.Popen(program(landing), stderr=subprocess.DEVNULL)
    while provider.count() < 2 or not list(landing.crawls()):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.wait(15)  # the slow board is given 20 s to say something
    assert [file.split("/")[1] for file in landing.crawls()] == ["acme"]
    assert not list(Path(landing.url).rglob("*.tmp"))


def test_a_crawl_that_was_killed_goes_on_where_it_was(provider: Provider, landing: Landing, tmp_path: Path) -> None:
    names = [f"board-{number}" for number in range(60)]
    provider.otherwise(_after(0.02, jobs(1)))
    config = configured(provider.url, greenhouse=names)
    process = subprocess.Popen(program(landing))
    while provider.count() < 20:
        time.sleep(0.01)
    process.kill()
    process.wait()
    published = {file.split("/")[1] for file in landing.crawls()}
    assert 0 < len(published) < 60
    found = crawl(config, landing=landing, only_due=True)
    assert {facts.board for facts in found} == set(names) - published


class Listed(Source):
    """A provider whose list says little: the rest of each posting is a question of its own."""

    name = "listed"
    title = "Listed"
    base_url = "https://listed.example"
    direct = True
    rate = Rate(1000, 4)

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        for number in range(1, 1 + int(board.params.get("pages", 1))):
            yield ask(Request("/list", params={"page": number}))

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "items")

    def identify(self, payload: Payload, board: Board) -> str:
        return str(payload["id"])

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        return GivenPosting(source_job_id=self.identify(payload, board))

    def detail(self, payload: Payload, board: Board) -> Request | None:
        return Request(f"/item/{payload['id']}")


@pytest.fixture
def crawl_listed(provider: Provider, client: Client, landing: Landing) -> Callable[..., CrawlFacts]:
    def once(now: datetime | None = None, **params: Any) -> CrawlFacts:
        # The source is not in the registry, so its base URL is put on the class as a configuration would.
        source, config = Listed(), configured(provider.url)
        config.entries = {"listed": config.entry("greenhouse")}
        return crawl_board(source, Board("listed", "all", None, params), client, landing, config, now=now)

    return once


class Numbered(Listed):
    """A provider whose list is asked for with a number that its company page tells."""

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        company = ask(Request("/company")).body.decode()
        yield ask(Request(f"/list/{company}"))

    def detail(self, payload: Payload, board: Board) -> Request | None:
        return None


def test_the_validators_of_a_question_before_the_list_do_not_speak_for_the_list(
    provider: Provider, client: Client, landing: Landing
) -> None:
    provider.at("/company", validated(7, '"same"')).at("/list/7", items((1, "a")), items((1, "a"), (2, "b")))
    config = configured(provider.url)
    config.entries = {"listed": config.entry("greenhouse")}
    found = [crawl_board(Numbered(), Board("listed", "all"), client, landing, config) for _ in range(2)]
    assert [(facts.outcome, facts.payloads, facts.etag) for facts in found] == [
        ("complete", 1, None),
        ("complete", 2, None),
    ]


def items(*given: tuple[int, str]) -> Script:
    return page({"items": [{"id": number, "title": title} for number, title in given]})


def test_details_are_asked_for_where_a_posting_is_new_or_changed(
    provider: Provider, landing: Landing, crawl_listed: Callable[..., CrawlFacts]
) -> None:
    provider.at("/list", items((1, "a"), (2, "b"))).at("/item/1", page("one")).at("/item/2", page("two"))
    facts = crawl_listed()
    assert [payload["detail"] for payload in landed(landing, facts)] == ["one", "two"]
    assert crawl_listed().requests == 1
    provider.at("/list", items((1, "a"), (2, "B"), (3, "c"))).at("/item/2", page("TWO")).at("/item/3", page("three"))
    facts = crawl_listed()
    assert facts.requests == 3
    assert [payload["detail"] for payload in landed(landing, facts)] == ["one", "TWO", "three"]


def test_a_detail_that_cannot_be_had_is_told_and_asked_for_next_time(
    provider: Provider, landing: Landing, crawl_listed: Callable[..., CrawlFacts]
) -> None:
    provider.at("/list", items((1, "a"), (2, "b"), (3, "gone"))).at("/item/1", page("one")).at("/item/2", html())
    provider.at("/item/2", status(400), page("two"))
    facts = crawl_listed()
    assert (facts.outcome, facts.payloads) == (Outcome.COMPLETE, 3)
    assert "1 of 3 details could not be had; first: GET" in str(facts.reason)
    assert ["detail" in payload for payload in landed(landing, facts)] == [True, False, False]
    facts = crawl_listed()
    assert facts.reason is None
    assert ["detail" in payload for payload in landed(landing, facts)] == [True, True, False]


DAYS = [datetime(2026, 5, 1, 7, tzinfo=UTC) + timedelta(days=number) for number in range(30)]


@pytest.mark.parametrize("etag", [None, '"same"'])
def test_details_of_a_board_that_does_not_move_are_asked_for_anew_a_few_a_day(
    etag: str | None, provider: Provider, crawl_listed: Callable[..., CrawlFacts]
) -> None:
    board = {"items": [{"id": number, "title": "a"} for number in range(100)]}
    provider.otherwise(page("as ever")).at("/list", validated(board, etag) if etag else page(board))
    first, *later = [crawl_listed(now=day) for day in DAYS[:29]]
    assert first.requests == 101
    asked = [facts.requests - 1 for facts in later]
    assert sum(asked) == 200
    assert max(asked) < 20
    times = Counter(asked.path for asked in provider.asked if asked.path != "/list")
    assert set(times.values()) == {3}


def test_a_detail_that_cannot_be_had_anew_stays_as_it_was(
    provider: Provider, landing: Landing, crawl_listed: Callable[..., CrawlFacts]
) -> None:
    provider.at("/list", items((1, "a"), (2, "b"))).at("/item/1", page("one"), status(404))
    provider.at("/item/2", page("two"), html())
    crawl_listed(now=DAYS[0])
    facts = crawl_listed(now=DAYS[29])
    assert [payload["detail"] for payload in landed(landing, facts)] == ["one", "two"]
    assert facts.outcome is Outcome.COMPLETE
    assert str(facts.reason).startswith("1 of 2 details could not be had anew; first: ")


def test_payloads_that_the_source_cannot_read_are_counted_and_kept(
    provider: Provider, landing: Landing, crawl_acme: Callable[[], CrawlFacts]
) -> None:
    sent = [{"id": 1, "title": "Engineer"}, {"title": "an id is missing"}, "no posting at all"]
    provider.at(JOBS, page({"jobs": sent}))
    facts = crawl_acme()
    assert (facts.outcome, facts.payloads, facts.rejects) == (Outcome.COMPLETE, 3, 2)
    assert landed(landing, facts) == sent


def test_a_posting_that_moves_to_an_earlier_page_meanwhile_is_not_lost(
    provider: Provider, landing: Landing, crawl_listed: Callable[..., CrawlFacts]
) -> None:
    provider.otherwise(page(None))
    provider.at("/list?page=1", items((1, "a"), (2, "b"))).at("/list?page=2", items((3, "c"), (4, "d")))
    assert crawl_listed(pages=2).payloads == 4
    # Between the two pages 1 is taken down, and 3 moves up to the first.
    provider.at("/list?page=1", items((1, "a"), (2, "b")), items((2, "b"), (3, "c"))).at(
        "/list?page=2", items((4, "d"))
    )
    facts = crawl_listed(pages=2)
    assert [payload["id"] for payload in landed(landing, facts)] == [1, 2, 4, 3]
    # 1 is gone, and looked for once.
    facts = crawl_listed(pages=2)
    assert [payload["id"] for payload in landed(landing, facts)] == [2, 3, 4]
    assert facts.requests == 4


def _after(seconds: float, script: Script) -> Script:
    def answer(asked: Asked) -> Said | None:
        threading.Event().wait(seconds)
        return script(asked)

    return answer


@pytest.mark.faults
def test_thousands_of_boards_are_crawled_politely_killed_resumed_and_none_is_lost(
    provider: Provider, landing: Landing, tmp_path: Path
) -> None:
    boards, rate = 5000, 400
    good = jobs(*range(20))
    bad = [status(404), html(), cut_short(), status(500), dropped(), status(429), not_gzip()]

    def answer(asked: Asked) -> Said | None:
        number = int(asked.path.split("/")[3])
        return bad[number // 50 % len(bad)](asked) if number % 50 == 7 else good(asked)

    provider.otherwise(answer)
    entry = {"base_url": provider.url, "rate": {"per_second": rate, "concurrency": 8}, "boards": [*range(boards)]}
    (tmp_path / "sources.yml").write_text(json.dumps({"greenhouse": entry}))
    command = program(landing, _PRINT_MEMORY)
    process = subprocess.Popen(command)
    while provider.count() < boards / 4:
        time.sleep(0.05)
    process.kill()
    process.wait()
    killed_at, in_flight = time.monotonic(), 8
    resumed = subprocess.run(command, capture_output=True, text=True, check=True)

    files = [file.split("/") for file in landing.crawls()]
    assert sorted(int(board) for _, board, *_ in files) == list(range(boards))
    asked = [(asked.at, int(asked.path.split("/")[3])) for asked in provider.asked]
    healthy = [board for _, board in asked if board % 50 != 7]
    assert len(healthy) - len(set(healthy)) <= in_flight
    for moments in ([at for at, _ in asked if at < killed_at], [at for at, _ in asked if at > killed_at]):
        busiest = max(sum(1 for at in moments if start <= at < start + 1) for start in moments[:: rate // 4])
        assert busiest <= rate * 1.1
    assert int(resumed.stdout) < 300
    assert provider.most_at_once <= 8
