"""What a board's past crawls say about the next one: when it is due, how to ask, what an empty answer means.

Belongs here: conclusions from the facts in the landing zone. They are all there is to remember, so a crawl of many
boards that was killed goes on where it was, on any machine that sees the same landing zone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, pairwise, takewhile

from job_etl.errors import JobEtlError
from job_etl.landing import CrawlFacts
from job_etl.model import Outcome

_log = logging.getLogger(__name__)

GOOD = (Outcome.COMPLETE, Outcome.NOT_MODIFIED)
"""The outcomes that say what is on a board, and so what is not."""

_FIRST_RETRY = timedelta(minutes=15)
_LAST_RETRY = timedelta(days=1)
_DOUBLINGS = 7  # of the first retry, until the last is reached


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often boards are asked.

    A board is due after `every`, doubled with each three crawls in a row that brought nothing new, up to `seldom`.
    A board that became empty is asked again after `empty_apart`, and believed when `empty_times` crawls before, that
    far apart, were empty too.
    """

    every: timedelta = timedelta(hours=20)
    seldom: timedelta = timedelta(hours=68)
    empty_apart: timedelta = timedelta(hours=6)
    empty_times: int = 2


@dataclass(slots=True)
class History:
    """The crawls of one board, the newest first; each is read once, and only as far back as is asked for.

    It ends where the landing zone is damaged, so that one bad file does not keep a board from being crawled.
    """

    newest_first: Iterator[CrawlFacts]
    _read: list[CrawlFacts] = field(default_factory=list)

    def __iter__(self) -> Iterator[CrawlFacts]:
        yield from self._read
        try:
            for facts in self.newest_first:
                self._read.append(facts)
                yield facts
        except JobEtlError as error:
            _log.warning("%s", error)

    def due(self, rhythm: Rhythm) -> datetime | None:
        """When the board is to be asked next; None where it never was.

        After failures that is 15 minutes, doubled with each in a row up to a day, and after a success no more of it.
        """
        newest = next(iter(self), None)
        if newest is None:
            return None
        if newest.outcome in GOOD:
            wait = min(rhythm.every * (1 << self._quiet() // 3), max(rhythm.every, rhythm.seldom))
        elif newest.outcome is Outcome.SUSPICIOUS_EMPTY:
            wait = rhythm.empty_apart
        else:
            failures = sum(1 for _ in takewhile(lambda facts: facts.outcome not in GOOD, islice(self, _DOUBLINGS + 1)))
            wait = min(_FIRST_RETRY * (1 << failures - 1), _LAST_RETRY)
        return newest.collected_at + wait

    def good(self) -> CrawlFacts | None:
        """The newest crawl that says what is on the board, or that it is as it was."""
        return next((facts for facts in self if facts.outcome in GOOD), None)

    def with_payloads(self) -> Iterator[CrawlFacts]:
        """The crawls that landed what the board showed, back to the newest complete one."""
        for facts in self:
            if facts.outcome is Outcome.COMPLETE or (facts.outcome is Outcome.PARTIAL and facts.payloads):
                yield facts
            if facts.outcome is Outcome.COMPLETE:
                return

    def is_believed_empty(self, now: datetime, rhythm: Rhythm) -> bool:
        """Whether an empty answer at `now` means an empty board: it was empty before, or has said so often enough."""
        had = next(self.with_payloads(), None)
        if had is None or not had.payloads:
            return True
        confirmed, last = 0, now
        for facts in takewhile(lambda facts: facts is not had and facts.outcome is not Outcome.NOT_MODIFIED, self):
            if facts.outcome is Outcome.SUSPICIOUS_EMPTY and last - facts.collected_at >= rhythm.empty_apart:
                confirmed, last = confirmed + 1, facts.collected_at
        return confirmed >= rhythm.empty_times

    def _quiet(self) -> int:
        """How many crawls in a row brought nothing new; counted up to nine, which is more than any rhythm asks for."""
        good = (facts for facts in self if facts.outcome in GOOD)
        return sum(1 for _ in takewhile(lambda pair: _same(*pair), islice(pairwise(good), 9)))


def _same(newer: CrawlFacts, older: CrawlFacts) -> bool:
    """Whether two crawls brought the same; a crawl's key ends with the digest of its payloads."""
    return newer.outcome is Outcome.NOT_MODIFIED or newer.key.rsplit("-", 1)[-1] == older.key.rsplit("-", 1)[-1]
