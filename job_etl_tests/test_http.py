from __future__ import annotations

import json
import logging
import resource
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import zstandard

from job_etl.errors import JobEtlError, NotFound, PermanentError, Refused, TransientError, UnreadableAnswer
from job_etl.http import Client, Interrupted, Limits, NotModified, Session, Site
from job_etl.http.body import too_deep
from job_etl.http.guard import is_public
from job_etl.http.ledger import Files
from job_etl.http.pace import Pace
from job_etl.http.session import retry_after
from job_etl.sources.base import Rate, Request
from job_etl_tests.provider import (
    Asked,
    Provider,
    Said,
    compressed,
    cut_short,
    dripping,
    dropped,
    endless,
    gzip_bomb,
    late,
    not_gzip,
    page,
    redirect,
    silent,
    status,
    unreachable_url,
    validated,
)

JOBS = "/v1/boards/acme/jobs"
QUICK = Limits(connect=1, read=0.4, request=0.8, backoff=0.01, longest_backoff=0.02, circuit=0.2, body=4 << 20)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(QUICK, contact="jobs@example.org") as made:
        yield made


def site(url: str, **settings: Any) -> Site:
    given = {"rate": Rate(per_second=1000, concurrency=4), "named": True} | settings
    return Site(source="acme", base_url=url, **given)


def session(client: Client, url: str, **settings: Any) -> Session:
    return client.session(site(url, **settings), seconds=20)


def test_an_answer_is_read_with_an_honest_user_agent(provider: Provider, client: Client) -> None:
    provider.at(JOBS, page({"jobs": []}))
    answer = session(client, provider.url).ask(Request(JOBS, params={"content": "true"}))
    assert json.loads(answer.body) == {"jobs": []}
    assert answer.url == f"{provider.url}{JOBS}?content=true"
    assert provider.asked[0].headers["User-Agent"].startswith("job-etl/")
    assert "+jobs@example.org" in provider.asked[0].headers["User-Agent"]
    assert provider.asked[0].params == {"content": "true"}


def test_a_question_can_be_a_post_with_json(provider: Provider, client: Client) -> None:
    provider.at("/search", page({"total": 0}))
    session(client, provider.url).ask(Request("/search", method="POST", json={"limit": 20}))
    assert provider.asked[0].method == "POST"
    assert provider.asked[0].json == {"limit": 20}


def test_compressed_answers_are_decoded(provider: Provider, client: Client) -> None:
    packed = zstandard.ZstdCompressor().compress(b'{"jobs": [2]}')
    provider.at("/gzip", compressed({"jobs": [1]}))
    provider.at("/zstd", lambda asked: Said(body=packed, headers={"Content-Encoding": "zstd"}))
    asking = session(client, provider.url)
    assert json.loads(asking.ask(Request("/gzip")).body) == {"jobs": [1]}
    assert json.loads(asking.ask(Request("/zstd")).body) == {"jobs": [2]}
    assert 0 < asking.received < 80


@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        pytest.param(status(404), NotFound, "board does not exist (404)", id="404"),
        pytest.param(status(410), NotFound, "board does not exist (410)", id="410"),
        pytest.param(status(401), Refused, "key refused (401); check ACME_KEY", id="401"),
        pytest.param(status(403), Refused, "key refused (403); check ACME_KEY", id="403"),
        pytest.param(status(418), PermanentError, "status 418 where 200 was expected", id="418"),
        pytest.param(not_gzip(), UnreadableAnswer, "says it is gzip and is not", id="not-gzip"),
        pytest.param(page(b"{}", content_encoding="br"), UnreadableAnswer, "encoded as br", id="brotli"),
        pytest.param(
            page(b"\x1f\x8b\x08" + b"\0" * 7, content_encoding="gzip"),
            UnreadableAnswer,
            "inside its gzip",
            id="half-gzip",
        ),
        pytest.param(endless(2 << 30), UnreadableAnswer, "larger than 4 MB", id="2-GB-untold"),
        pytest.param(endless(2 << 30, claimed=True), UnreadableAnswer, "(it says 2048 MB)", id="2-GB-told"),
        pytest.param(gzip_bomb(64), UnreadableAnswer, "larger than 4 MB once decompressed", id="bomb"),
        pytest.param(
            page(zstandard.ZstdCompressor().compress(bytes(1 << 28)), content_encoding="zstd"),
            UnreadableAnswer,
            "larger than 4 MB once decompressed",
            id="zstd-bomb",
        ),
        pytest.param(page(b"[" * 10_000 + b"]" * 10_000), UnreadableAnswer, "deeper than 64 levels", id="10,000-deep"),
        pytest.param(
            redirect("http://169.254.169.254/latest"), PermanentError, "http://169.254.169.254", id="metadata"
        ),
        pytest.param(
            redirect("https://elsewhere.example/"), PermanentError, "https://elsewhere.example", id="elsewhere"
        ),
        pytest.param(redirect("http://127.0.0.1:9/jobs"), PermanentError, "http://127.0.0.1:9", id="other-port"),
        pytest.param(redirect("file:///etc/passwd"), PermanentError, "file://", id="file"),
        pytest.param(redirect(JOBS), PermanentError, "more than 5 redirects", id="loop"),
    ],
)
def test_what_asking_again_cannot_help_is_one_line_after_one_attempt(
    script: Any, kind: type[JobEtlError], says: str, provider: Provider, client: Client
) -> None:
    provider.at(JOBS, script)
    with pytest.raises(kind) as error:
        session(client, provider.url, needs=("ACME_KEY",)).ask(Request(JOBS))
    assert type(error.value) is kind
    assert says in str(error.value)
    assert str(error.value).startswith(f"GET {provider.url}{JOBS}: ")
    assert "\n" not in str(error.value)
    assert "attempts" not in str(error.value)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param(status(500), "the provider has a fault (500) (4 attempts)", id="500"),
        pytest.param(status(429), "asked too often (429) (4 attempts)", id="429"),
        pytest.param(cut_short(), "the answer is cut short", id="cut-short"),
        pytest.param(silent(), "no whole answer in time", id="silent"),
        pytest.param(dripping(), "no whole answer in time", id="dripping"),
        pytest.param(dropped(), "the connection was lost", id="reset"),
        pytest.param(lambda asked: asked.connection.sendall(b"SSH-2.0\r\n\r\n"), "is not HTTP", id="not-http"),
        pytest.param(lambda asked: None, "the connection was closed in the place of an answer", id="closed"),
    ],
)
def test_what_may_pass_is_tried_a_few_times_and_then_told(
    script: Any, says: str, provider: Provider, client: Client
) -> None:
    provider.at(JOBS, script)
    with pytest.raises(TransientError) as error:
        session(client, provider.url).ask(Request(JOBS))
    assert says in str(error.value)
    assert "(4 attempts)" in str(error.value)
    assert provider.count(JOBS) == 4


@pytest.mark.parametrize("first", [status(500), status(503), status(429), dropped(), cut_short(), silent()])
def test_a_fault_that_passes_is_not_noticed(first: Any, provider: Provider, client: Client) -> None:
    provider.at(JOBS, first, page({"jobs": [1]}))
    asking = session(client, provider.url)
    assert json.loads(asking.ask(Request(JOBS)).body) == {"jobs": [1]}
    assert asking.requests == 2


def test_retry_after_in_seconds_is_waited_for(provider: Provider, client: Client) -> None:
    provider.at(JOBS, status(429, retry_after="1"), page({"jobs": []}))
    session(client, provider.url).ask(Request(JOBS))
    first, second = provider.asked
    assert 1 <= second.at - first.at < 2


def test_retry_after_above_the_limit_is_not_waited_for_and_keeps_everyone_away(
    provider: Provider, client: Client
) -> None:
    provider.at(JOBS, status(429, retry_after="900"))
    with pytest.raises(TransientError, match=r"asked too often \(429\), it wants to be left alone for 900 s"):
        session(client, provider.url).ask(Request(JOBS))
    with pytest.raises(TransientError, match=r"it asked to be left alone until \d\d:\d\d:\d\d UTC"):
        session(client, provider.url).ask(Request("/v1/boards/other/jobs"))
    assert provider.count() == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 7 ", 7.0), ("", None), ("soon", None), ("-5", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_as_a_date_is_the_time_until_then() -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert retry_after(then) == pytest.approx(60, abs=2)


def test_a_redirect_within_the_provider_is_followed(provider: Provider, client: Client) -> None:
    provider.at("/old", redirect(JOBS, 301)).at(JOBS, page({"jobs": [1]}))
    assert json.loads(session(client, provider.url).ask(Request("/old")).body) == {"jobs": [1]}


def test_a_host_that_is_not_the_providers_is_not_asked(client: Client, provider: Provider) -> None:
    with pytest.raises(PermanentError, match=r"https://elsewhere\.example: it is not one of the provider's hosts"):
        session(client, provider.url).ask(Request("https://elsewhere.example/next?page=2"))


def test_absolute_urls_of_the_provider_are_asked_of_the_server_in_its_place(provider: Provider, client: Client) -> None:
    provider.at("/v0/postings/acme", page([1])).at("/api/feed", page([2]))
    asking = session(client, provider.url, own_base_url="https://api.acme.example/api", hosts=("*.eu.acme.example",))
    assert asking.ask(Request("https://api.eu.acme.example/v0/postings/acme")).body == b"[1]"
    provider.at("/feed", page([3]))
    assert asking.ask(Request("https://api.acme.example/api/feed?page=2")).body == b"[3]"
    assert provider.asked[-1].params == {"page": "2"}


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "169.254.169.254", "10.1.2.3", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_addresses_outside_the_public_internet_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_is_not_asked_where_the_configuration_does_not_name_it(
    host: str, provider: Provider, client: Client
) -> None:
    port = provider.url.rsplit(":", 1)[1]
    with pytest.raises(PermanentError, match="not on the public internet; if that is meant, name the host"):
        session(client, f"http://{host}:{port}", named=False).ask(Request(JOBS))
    assert provider.count() == 0


def test_a_key_is_in_no_message_log_or_answer(
    provider: Provider, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = "s3cr3t/+key"
    provider.at("/good", page([1])).at(
        "/moved", lambda asked: Said(302, headers={"Location": f"/good?{_query(asked)}"})
    )
    asking = session(client, provider.url, secrets=(key,))
    answer = asking.ask(Request("/moved", params={"what": "data"}, secret_params={"key": key}))
    said = [answer.url, repr(asking.site.shown(asking.site.url(Request("/x")))), repr(answer.headers)]
    for path in ("/gone", f"/api/{key}", f"https://elsewhere.example/{key}"):
        with pytest.raises(PermanentError) as error:
            asking.ask(Request(path, secret_params={"key": key}, headers={"X-Key": key}))
        said += [
            str(error.value),
            repr(error.value.__cause__),
            repr(error.value.__context__ and error.value.__context__.__suppress_context__),
        ]
    said += [record.getMessage() for record in caplog.records]
    assert provider.asked[1].params["key"] == key
    assert not [text for text in said if key in text or "s3cr3t%2F%2Bkey" in text]


def _query(asked: Asked) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.params.items()).replace("+", "%2B")


@pytest.mark.parametrize("key", ["schlüssel", "schl\nX-Other: y"])
def test_a_key_that_no_header_can_hold_is_told_without_it(key: str, provider: Provider, client: Client) -> None:
    with pytest.raises(PermanentError, match="characters that HTTP does not allow") as error:
        session(client, provider.url).ask(Request(JOBS, headers={"X-Key": key}))
    assert "schl" not in str(error.value)


def test_the_proxy_of_the_environment_is_used_for_hosts_that_nobody_named(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", provider.url)
    monkeypatch.setenv("no_proxy", "")
    provider.at(JOBS, page([1]))
    assert session(client, "http://boards.invalid", named=False).ask(Request(JOBS)).body == b"[1]"
    assert provider.asked[0].headers["Host"] == "boards.invalid"
    for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254"):
        with pytest.raises(PermanentError, match="not on the public internet"):
            session(client, f"http://{host}:{provider.url.rsplit(':', 1)[1]}", named=False).ask(Request(JOBS))
    assert provider.count() == 1


def test_nobody_listening_is_told_after_two_attempts(client: Client) -> None:
    with pytest.raises(TransientError, match=r"no connection \(Connection refused\) \(2 attempts\)"):
        session(client, unreachable_url()).ask(Request(JOBS))


def test_a_name_that_does_not_resolve_is_told_in_seconds(client: Client) -> None:
    with pytest.raises(TransientError, match=r"the name nowhere\.invalid .*; is there a network\?"):
        session(client, "http://nowhere.invalid").ask(Request(JOBS))


def test_a_host_that_never_answered_is_given_up_at_once_after_a_few_failures(client: Client) -> None:
    url = unreachable_url()
    said = []
    for board in range(20):
        with pytest.raises(TransientError) as error:
            session(client, url).ask(Request(f"/{board}"))
        said.append(str(error.value))
    assert "not asked again for 0 s, after no connection (Connection refused)" in said[2]


def test_a_host_that_stops_answering_for_a_moment_is_waited_for(provider: Provider, client: Client) -> None:
    provider.at("/a", page([])).at("/b", status(503))
    session(client, provider.url).ask(Request("/a"))
    for _ in range(2):
        with pytest.raises(TransientError):
            session(client, provider.url).ask(Request("/b"))
    assert session(client, provider.url).ask(Request("/a")).body == b"[]"


def test_the_rate_and_the_concurrency_of_a_host_are_kept(provider: Provider, client: Client) -> None:
    provider.otherwise(late(0.05, page([])))
    rate = Rate(per_second=50, concurrency=2)
    asking = [
        threading.Thread(target=lambda: session(client, provider.url, rate=rate).ask(Request("/x"))) for _ in range(20)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    moments = sorted(asked.at for asked in provider.asked)
    assert moments[-1] - moments[0] > 18 / 50
    assert provider.most_at_once == 2


def test_processes_keep_one_rate_together(tmp_path: Path) -> None:
    processes = [get_context("spawn").Process(target=_reserve, args=(tmp_path, 15)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    state = json.loads((tmp_path / "acme.example.json").read_text())
    assert state["asked"] == 45
    assert state["next"] - time.time() > 45 / 10 - 2


def pace(folder: Path, per_second: float, daily_quota: int | None = None) -> Pace:
    return Pace("acme.example", Files(folder), per_second, daily_quota)


def _reserve(folder: Path, times: int) -> None:
    kept = pace(folder, per_second=10)
    for _ in range(times):
        kept.reserve()


def test_a_daily_quota_is_kept(tmp_path: Path) -> None:
    for _ in range(3):
        pace(tmp_path, per_second=1000, daily_quota=3).reserve()
    with pytest.raises(TransientError, match="its quota of 3 requests a day is spent"):
        pace(tmp_path, per_second=1000, daily_quota=3).reserve()


def test_a_clock_that_was_put_back_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "acme.example.json").write_text(json.dumps({"next": time.time() + 86_400}))
    assert pace(tmp_path, per_second=1).reserve() == 0


def test_a_damaged_pace_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "acme.example.json").write_text('{"next": 17')
    assert pace(tmp_path, per_second=1).reserve() == 0


def test_overload_slows_the_host_down(provider: Provider, client: Client) -> None:
    provider.at(JOBS, status(429), status(429), page([]))
    at = site(provider.url, rate=Rate(per_second=20, concurrency=4))
    client.session(at).ask(Request(JOBS))
    provider.asked.clear()
    for _ in range(3):
        client.session(at).ask(Request(JOBS))
    first, *_, last = provider.asked
    assert last.at - first.at > 2 / 20 * 2


def test_validators_make_the_first_request_conditional(provider: Provider, client: Client) -> None:
    provider.at(JOBS, validated({"jobs": []}, '"one"'))
    first = session(client, provider.url)
    first.ask(Request(JOBS))
    assert first.etag == '"one"'
    with pytest.raises(NotModified):
        client.session(site(provider.url), etag=first.etag).ask(Request(JOBS))
    changed = client.session(site(provider.url), etag='"zero"')
    changed.ask(Request(JOBS))
    changed.ask(Request(JOBS))
    assert "If-None-Match" not in provider.asked[-1].headers
    assert changed.etag == '"one"'


def test_a_304_that_nobody_asked_for_is_told(provider: Provider, client: Client) -> None:
    provider.at(JOBS, status(304))
    with pytest.raises(PermanentError, match="status 304 where 200 was expected"):
        session(client, provider.url).ask(Request(JOBS))


def test_the_time_of_a_board_is_kept(provider: Provider, client: Client) -> None:
    provider.at(JOBS, status(500))
    with pytest.raises(TransientError):
        client.session(site(provider.url, rate=Rate(per_second=0.5, concurrency=1)), seconds=0.5).ask(Request(JOBS))
    assert provider.count() == 1


def test_an_abort_wakes_whoever_waits(provider: Provider) -> None:
    provider.at(JOBS, silent())
    woken: list[BaseException] = []
    with Client(Limits(read=30)) as client:

        def ask() -> None:
            try:
                session(client, provider.url).ask(Request(JOBS))
            except Interrupted as error:
                woken.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        while not provider.count():
            time.sleep(0.01)
        client.abort()
        thread.join(2)
    assert woken


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b'{"a": [1, {"b": "[[[[[[["}]}', False),
        (rb'["\\", "[[[[", "\"[[[["]', False),
        (b"[[[[[]]]]]", True),
        (b"[[]," * 1000 + b"]", True),
        (b"[[],[],[],[]]", False),
        (b"<html>[[[[[[[", False),
    ],
)
def test_the_depth_of_json_is_counted_outside_strings(body: bytes, deep: bool) -> None:
    assert too_deep(body, 4) is deep


def test_a_gigabyte_under_gzip_needs_little_memory(provider: Provider, client: Client) -> None:
    provider.at(JOBS, gzip_bomb(1024))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableAnswer, match="once decompressed"):
        session(client, provider.url).ask(Request(JOBS))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10 < 64
