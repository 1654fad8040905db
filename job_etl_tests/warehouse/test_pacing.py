from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import psycopg
import pytest

from job_etl.config.sources import CrawlSettings, Sources
from job_etl.errors import TransientError
from job_etl.http import Client, Site
from job_etl.http.ledger import Files, LedgerAway, Memory, Preferred
from job_etl.http.pace import Pace
from job_etl.sites import client_for
from job_etl.sources.base import Rate, Request
from job_etl.warehouse.connect import connect
from job_etl.warehouse.pacing import PATIENCE, SharedLedger
from job_etl_tests.provider import Provider, page, unreachable_url

HOST = "boards.acme.example"


@contextmanager
def shared(url: str) -> Iterator[SharedLedger]:
    ledger = SharedLedger(url)
    try:
        yield ledger
    finally:
        ledger.close()


def _reserve(url: str, times: int) -> None:
    with shared(url) as ledger:
        pace = Pace(HOST, ledger, per_second=10)
        for _ in range(times):
            pace.reserve()


def test_machines_keep_one_rate_together(user_database_url: str) -> None:
    processes = [get_context("spawn").Process(target=_reserve, args=(user_database_url, 15)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with connect(user_database_url) as connection:
        [(asked, ahead)] = connection.execute(
            "select asked, extract(epoch from next_at - clock_timestamp()) from ops.host_pace where host = %s", [HOST]
        )
    assert asked == 45
    assert ahead > 45 / 10 - 2


def test_machines_keep_one_quota_together(user_database_url: str) -> None:
    for _ in range(3):
        with shared(user_database_url) as ledger:
            Pace(HOST, ledger, per_second=1000, daily_quota=3).reserve()
    with (
        shared(user_database_url) as ledger,
        pytest.raises(TransientError, match="its quota of 3 requests a day is spent"),
    ):
        Pace(HOST, ledger, per_second=1000, daily_quota=3).reserve()


def test_a_host_that_asked_to_be_left_alone_is_left_alone_by_all(user_database_url: str) -> None:
    with shared(user_database_url) as one, shared(user_database_url) as other:
        Pace(HOST, one, per_second=1000).pause(30)
        assert 29 < Pace(HOST, other, per_second=1000).reserve() <= 30
        with pytest.raises(TransientError, match="it asked to be left alone until"):
            Pace(HOST, other, per_second=1000, longest_wait=5).reserve()
        assert Pace("another.example", other, per_second=1000).reserve() == 0


def test_a_holder_that_died_keeps_nobody_waiting(user_database_url: str) -> None:
    with shared(user_database_url) as ledger:
        Pace(HOST, ledger, per_second=1000).reserve()
        with psycopg.connect(user_database_url) as dead:
            dead.execute("select from ops.host_pace for update")
            with pytest.raises(LedgerAway, match="lock timeout"):
                Pace(HOST, ledger, per_second=1000).reserve()
            dead.rollback()
        assert Pace(HOST, ledger, per_second=1000).reserve() == 0


@contextmanager
def mute() -> Iterator[str]:
    """The URL of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"postgresql://nobody@127.0.0.1:{listening.getsockname()[1]}/none"


@pytest.mark.parametrize("way", ["nobody listens", "nothing is said", "no table"])
def test_without_the_database_this_machine_keeps_the_pace_and_says_so_once(
    way: str, empty_database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = unreachable_url().replace("http://", "postgresql://nobody@")
    with mute() as silent:
        url = {"nobody listens": nobody, "nothing is said": silent, "no table": empty_database_url}[way]
        ledger, began = Preferred(SharedLedger(url), Files(tmp_path)), time.monotonic()
        threads = [threading.Thread(target=Pace(HOST, ledger, per_second=100).reserve) for _ in range(8)]
        with caplog.at_level(logging.WARNING):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            Pace(HOST, ledger, per_second=100).reserve()
        ledger.close()
    assert time.monotonic() - began < 8 * PATIENCE  # the eight wait together
    [said] = caplog.messages
    assert said.endswith("until it is back, the rates of providers are kept on this machine alone")
    assert (tmp_path / f"{HOST}.json").exists()


@pytest.mark.skipif("JOB_ETL_TEST_SERVER_URL" in os.environ, reason="the server's processes are not ours to stop")
def test_a_database_that_stops_in_the_middle_is_done_without(database_url: str, tmp_path: Path) -> None:
    with shared(database_url) as ledger:
        pace = Pace(HOST, Preferred(ledger, Files(tmp_path)), per_second=1000)
        pace.reserve()
        with psycopg.connect(database_url) as watching:
            [(backend,)] = watching.execute(
                "select pid from pg_stat_activity"
                " where application_name = 'job-etl crawl' and datname = current_database()"
            )
        os.kill(backend, signal.SIGSTOP)
        try:
            began = time.monotonic()
            pace.reserve()
            waited = time.monotonic() - began
            assert waited > 2
            began = time.monotonic()
            pace.reserve()
            assert time.monotonic() - began < waited / 2
        finally:
            os.kill(backend, signal.SIGCONT)


def test_a_ledger_that_is_back_is_used_again(user_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("job_etl.http.ledger._LEFT_ALONE", 0.0)
    memory = Memory()
    with shared(user_database_url) as ledger:
        pace = Pace(HOST, Preferred(ledger, memory), per_second=1000, daily_quota=2)
        pace.reserve()
        with psycopg.connect(user_database_url) as holding:
            holding.execute("select from ops.host_pace for update")
            pace.reserve()
            holding.rollback()
        pace.reserve()
        with pytest.raises(TransientError, match="its quota"):
            pace.reserve()


def test_crawls_share_the_pace_where_a_database_is_configured(
    user_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", user_database_url)
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path))
    with Provider({"/jobs": page([])}) as provider, client_for(Sources(tmp_path, CrawlSettings(), {})) as client:
        _ask(client, provider.url)
    with connect(user_database_url) as connection:
        assert connection.execute("select host, asked from ops.host_pace").fetchall() == [
            (provider.url.removeprefix("http://"), 1)
        ]
    assert not list(tmp_path.iterdir())


def _ask(client: Client, url: str) -> None:
    client.session(Site(source="acme", base_url=url, rate=Rate(1000, 2), named=True)).ask(Request("/jobs"))
