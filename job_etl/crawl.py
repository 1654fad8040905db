"""Crawling: one board into the landing zone, and many boards beside each other.

Belongs here: what a crawl's outcome is, and how many run at once. How a provider is asked is its source's, the
network is `job_etl.http`'s, and what past crawls mean is `job_etl.history`'s. A provider's failure is the outcome of
a crawl and never an exception.
"""

from __future__ import annotations

import errno
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from job_etl.config.sources import CrawlSettings, Sources
from job_etl.earlier import Details, Earlier, has_details, identity
from job_etl.errors import JobEtlError, PermanentError, UnreadablePayload
from job_etl.history import GOOD, History
from job_etl.http import Client, Interrupted, NotModified, Session
from job_etl.landing import CrawlFacts, CrawlWriter, Landing
from job_etl.model import Board, Outcome
from job_etl.sites import client_for, keys, rate_for, site_for
from job_etl.sources import SOURCES
from job_etl.sources.base import Source

_log = logging.getLogger(__name__)
_ABORT_SECONDS = 5.0
_ASKED_TWICE = 100  # pages; a longer board is not worth the provider's trouble, as what closes wrongly opens again
_COMPARABLE = timedelta(days=14)  # postings stay a few weeks: of what was there longer ago most is gone on any board


@dataclass(frozen=True, slots=True)
class Progress:
    """A board is done, as `done` of `total` are: crawled, with its `facts`, or left out, as it is only `due` later."""

    board: Board
    facts: CrawlFacts | None
    due: datetime | None
    done: int
    total: int


def crawl(
    config: Sources,
    boards: Iterable[Board] | None = None,
    *,
    landing: Landing,
    only_due: bool = False,
    trusting: bool = False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    client: Client | None = None,
) -> list[CrawlFacts]:
    """Crawl these boards, or all that are enabled; returns the facts of every crawl.

    Each source goes at its own pace beside the others, with as many threads as it may be asked requests at a time.
    With `only_due` boards that were crawled lately are left out, so that what was killed goes on where it was. With
    `trusting` a board is believed whatever is gone from it: a person has looked. `on_progress` is called in the
    calling thread.

    Raises:
        JobEtlError: the landing zone cannot be written to; crawls that were published stay.
    """
    chosen = config.chosen() if boards is None else list(boards)
    waiting: dict[str, queue.SimpleQueue[Board]] = defaultdict(queue.SimpleQueue)
    for board in chosen:
        waiting[board.source].put(board)
    done: queue.SimpleQueue[tuple[Board, CrawlFacts | datetime | Exception]] = queue.SimpleQueue()
    found: list[CrawlFacts] = []
    with ExitStack() as stack:
        client = client or stack.enter_context(client_for(config))
        # Daemons: one that hangs in the system's resolver must not keep the process.
        threads = [
            threading.Thread(target=_work, args=(config, left, done, client, landing, only_due, trusting), daemon=True)
            for name, left in waiting.items()
            for _ in range(min(left.qsize(), rate_for(SOURCES[name], config).concurrency))
        ]
        stack.callback(_join, threads)
        for thread in threads:
            thread.start()
        try:
            for number in range(1, len(chosen) + 1):
                board, result = done.get()
                if isinstance(result, Exception):
                    raise result
                facts, due = (None, result) if isinstance(result, datetime) else (result, None)
                found += [facts] if facts else []
                on_progress(Progress(board, facts, due, number, len(chosen)))
        except BaseException:
            client.abort()
            raise
    return found


def crawl_board(
    source: Source,
    board: Board,
    client: Client,
    landing: Landing,
    config: Sources,
    history: History | None = None,
    *,
    trusting: bool = False,
    now: datetime | None = None,
) -> CrawlFacts:
    """Crawl one board into the landing zone; `trusting` believes it whatever is gone from it.

    `now` is the crawl's time where another than the clock's is meant.

    Raises:
        Interrupted: the client was aborted; nothing is published.
        JobEtlError, OSError: the landing zone cannot be written to.
    """
    now = now or datetime.now(UTC)
    history = history or History(landing.newest_first(board))
    good = history.good()
    before = good if good and good.params == board.params else None
    earlier = Earlier(source, board, landing, history)
    every = config.crawl.refresh_details()
    is_current = before is not None and not (has_details(source) and earlier.is_any_due(now, every))
    with landing.write(board, collected_at=now) as writer:
        try:
            session = client.session(
                site_for(source, board, config),
                seconds=config.crawl.board_seconds,
                etag=before.etag if before and is_current else None,
                last_modified=before.last_modified if before and is_current else None,
            )
        except JobEtlError as error:
            return writer.finish(Outcome.FAILED, str(error))
        showing = _Showing(source, board, session, earlier, Details(source, board, earlier, session.ask, now, every))
        outcome, reason = showing.land(writer)
        if outcome is Outcome.COMPLETE and not trusting:
            if not showing.count and not history.is_believed_empty(now, config.crawl.rhythm()):
                outcome, reason = Outcome.SUSPICIOUS_EMPTY, "no postings, where there were some"
            elif showing.count and before and now - before.collected_at < _COMPARABLE:
                outcome, reason = showing.doubted(config.crawl) or (outcome, reason)
        valid = outcome in GOOD and showing.is_validated
        return writer.finish(
            outcome,
            reason,
            rejects=showing.rejects,
            etag=session.etag if valid else None,
            last_modified=session.last_modified if valid else None,
            requests=session.requests,
            received_bytes=session.received,
        )


class _Showing:
    """What one board shows while it is crawled; `count` is how many payloads so far, `rejects` the unreadable ones."""

    def __init__(self, source: Source, board: Board, session: Session, earlier: Earlier, details: Details) -> None:
        self._source = source
        self._board = board
        self._session = session
        self._earlier = earlier
        self._details = details
        self._seen: set[str] = set()
        self._pages = 0
        self._asked_before = 0  # the answers it took to come to the first page
        self.count = 0
        self.rejects = 0

    @property
    def is_validated(self) -> bool:
        """Whether the first answer's validators speak for all that was landed."""
        return self._pages <= 1 and self._asked_before <= 1 and not self._details.missing

    def land(self, writer: CrawlWriter) -> tuple[Outcome, str | None]:
        """Land every payload; the outcome, and what is to be told of it."""
        try:
            for payload in self._payloads():
                writer.add(payload)
                self.rejects += not self._is_readable(payload)
            return Outcome.COMPLETE, self._details.summary
        except NotModified:
            return Outcome.NOT_MODIFIED, None
        except (Interrupted, OSError):
            raise
        except JobEtlError as error:
            said = str(error)
        except Exception as error:
            _log.exception("%s: a fault in the source %s", self._board, self._source.name)
            said = f"a fault in the source {self._source.name} ({type(error).__name__}: {error})"
        if self._session.url not in said:
            said = f"{self._session.url}: {said}"
        return Outcome.PARTIAL if self.count else Outcome.FAILED, self._session.site.redacted(said)

    def doubted(self, settings: CrawlSettings) -> tuple[Outcome, str] | None:
        """What to make of a crawl from which so much is gone that a person should look; None where it is not so."""
        if not self._source.shows_all:
            return None
        there = self._earlier.ids
        gone = len(there - self._seen)
        if gone < settings.gone_least or gone <= settings.gone_share * len(there):
            return None
        confirm = f"`job-etl boards confirm {self._board}` if that is right"
        return Outcome.PARTIAL, f"{gone} of {len(there)} postings are gone at once; {confirm}"

    def _payloads(self) -> Iterator[Any]:
        """Every payload, with its detail.

        Postings move between pages while a board of several is read, and one that moves forward is never seen. So
        those that were there last time and seem gone are looked for once more.
        """
        for payload in self._listed():
            yield self._details.complete(payload)
        if 1 < self._pages <= _ASKED_TWICE and self._source.shows_all and self._earlier.ids - self._seen:
            seen = {None, *self._seen}
            for payload in self._listed():
                if identity(self._source, payload, self._board) not in seen:
                    yield self._details.complete(payload)

    def _is_readable(self, payload: Any) -> bool:
        try:
            self._source.read(payload, self._board)
        except UnreadablePayload:
            return False
        except Exception:
            # It is landed, and can be read when the source is mended.
            _log.exception("%s: a fault in reading a payload of %s", self._board, self._source.name)
            return False
        return True

    def _listed(self) -> Iterator[Any]:
        for answer in self._source.pages(self._board, self._session.ask, keys(self._source)):
            self._pages += 1
            self._asked_before = self._asked_before or self._session.answers
            for payload in self._source.cut(answer.body):
                self.count += 1
                if (name := identity(self._source, payload, self._board)) is not None:
                    self._seen.add(name)
                yield payload


def _work(
    config: Sources,
    waiting: queue.SimpleQueue[Board],
    done: queue.SimpleQueue[tuple[Board, CrawlFacts | datetime | Exception]],
    client: Client,
    landing: Landing,
    only_due: bool,
    trusting: bool,
) -> None:
    """Crawl boards until none is left, and tell what became of each."""
    while not client.stopped:
        try:
            board = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            history = History(landing.newest_first(board))
            due = history.due(config.crawl.rhythm()) if only_due else None
            if due and due > datetime.now(UTC):
                done.put((board, due))
            else:
                source = SOURCES[board.source]
                done.put((board, crawl_board(source, board, client, landing, config, history, trusting=trusting)))
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            advice = ": free space there, and run again" if is_full else ""
            done.put((board, PermanentError(f"landing zone {landing.url}: {error.strerror or error}{advice}")))
        except Exception as error:
            done.put((board, error))


def _join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        thread.join(_ABORT_SECONDS)
