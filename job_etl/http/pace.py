"""How fast a host is asked, and when it is left alone.

Belongs here: the shared pace of a host, and what this process has learned of its health. Two kinds of memory:
`Pace` is kept in a ledger, so that all who ask the host keep one rate and one quota together; `Host` lives in the
process, and holds concurrency, adaptation, the retry budget and the circuit breaker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from job_etl.errors import TransientError
from job_etl.http.ledger import Ledger, State
from job_etl.sources.base import Rate

Sleep = Callable[[float], None]

_DAY = 86_400
_LONGEST_PAUSE = 3600.0
_BREAKS_AFTER = 5
_BREAKS_AFTER_UNREACHED = 3  # where there was never a connection
_LONGEST_OPEN = 300.0
_WAITS_THROUGH = 3  # openings in a row after which requests fail instead of waiting
_SLOWEST = 1 / 32
_RECOVERY = 0.02
_RETRY_TOKENS = 10.0  # the numbers of gRPC proposal A6, retry throttling: retries need more than half of them,
_RETRY_RATIO = 0.1  # a failure takes one, an answer gives back this much


class HostDown(TransientError):
    """A host is not asked for the time being; the message says since what, and until when."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Hands out the moments at which one host may be asked, evenly spaced; a token bucket that holds one token.

    It is one number in the `ledger`, the next free moment (the generic cell rate algorithm of ITU-T I.371).
    `daily_quota` counts requests by UTC day.
    """

    host: str
    ledger: Ledger
    per_second: float
    daily_quota: int | None = None
    longest_wait: float = 120.0

    def reserve(self, factor: float = 1.0) -> float:
        """Take the next moment and return the seconds until then; `factor` below 1 spaces requests out further.

        Raises:
            HostDown: the moment is further away than `longest_wait`, or the day's quota is spent. None is taken.
        """

        def take(now: float, state: State) -> float:
            at = max(now, state.get("next", 0.0))
            if at - now > _LONGEST_PAUSE + self.longest_wait:
                at = now  # nobody reserves that far ahead: the clock was put back
            if at - now > self.longest_wait:
                raise HostDown(f"it asked to be left alone until {datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC")
            if state.get("day") != now // _DAY:
                state.update(day=now // _DAY, asked=0)
            if self.daily_quota is not None and state["asked"] >= self.daily_quota:
                raise HostDown(f"its quota of {self.daily_quota} requests a day is spent; it begins anew at 00:00 UTC")
            state["asked"] += 1
            state["next"] = at + 1 / (self.per_second * factor)
            return at - now

        return self.ledger.update(self.host, take)

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long, but for no more than an hour."""

        def put_off(now: float, state: State) -> float:
            state["next"] = max(state.get("next", 0.0), now + min(seconds, _LONGEST_PAUSE))
            return state["next"] - now

        self.ledger.update(self.host, put_off)


@dataclass(slots=True)
class Host:
    """What one process knows of a host: how much it bears, and whether it answers at all.

    The rate and the concurrency halve with each 429 and 503 and come back slowly (additive increase, multiplicative
    decrease). A circuit breaker opens after a few failures in a row, for a time that doubles; then one request goes
    ahead of the others to find out. Where the host has answered before, requests wait for that; where it
    never has, they fail at once, so that a machine without a network says so in seconds.
    """

    name: str
    rate: Rate
    pace: Pace
    circuit_seconds: float = 5.0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _active: int = 0
    _factor: float = 1.0
    _retry_tokens: float = _RETRY_TOKENS
    _answered: bool = False
    _failures: int = 0
    _openings: int = 0
    _open_until: float = 0.0
    _reason: str = ""

    @contextmanager
    def turn(self, deadline: float, sleep: Sleep) -> Iterator[None]:
        """Wait for leave to ask, and hold one of the host's places until the answer is in.

        Raises:
            HostDown: the breaker is open, the pause or the quota is too long to wait for, or `deadline` comes first.
        """
        self._enter(deadline, sleep)
        try:
            wait = self.pace.reserve(self._factor)
            if time.monotonic() + wait > deadline:
                raise HostDown("its turn would come after the board's time is up")
            if wait > 0:
                sleep(wait)
            yield
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def answered(self) -> None:
        """The host gave an answer, whatever its status."""
        with self._changed:
            self._answered = True
            self._failures = self._openings = 0
            self._open_until = 0.0
            self._factor = min(1.0, self._factor + _RECOVERY)
            self._retry_tokens = min(_RETRY_TOKENS, self._retry_tokens + _RETRY_RATIO)
            self._changed.notify_all()

    def failed(self, reason: str, *, overloaded: bool = False, unreachable: bool = False) -> None:
        """The host gave none, or said that it is overloaded."""
        with self._changed:
            self._answered |= overloaded
            most = _BREAKS_AFTER_UNREACHED if unreachable and not self._answered else _BREAKS_AFTER
            self._retry_tokens = max(0.0, self._retry_tokens - 1)
            if overloaded:
                self._factor = max(_SLOWEST, self._factor / 2)
            self._failures += 1
            if self._openings or self._failures >= most:
                self._openings += 1
                self._reason = reason
                self._open_until = time.monotonic() + min(
                    _LONGEST_OPEN, self.circuit_seconds * 2 ** (self._openings - 1)
                )
            self._changed.notify_all()

    def may_retry(self) -> bool:
        """Whether the host's budget of retries allows another."""
        with self._changed:
            return self._retry_tokens > _RETRY_TOKENS / 2 and (self._answered or not self._openings)

    def _enter(self, deadline: float, sleep: Sleep) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                if now >= deadline:
                    raise HostDown("its turn did not come before the board's time was up")
                closed_for = self._open_until - now
                if closed_for > 0 and (
                    not self._answered or self._openings > _WAITS_THROUGH or now + closed_for > deadline
                ):
                    raise HostDown(f"not asked again for {closed_for:.0f} s, after {self._reason}")
                places = 1 if self._openings else max(1, round(self.rate.concurrency * self._factor))
                if closed_for <= 0 and self._active < places:
                    self._active += 1
                    return
                self._changed.wait(min(1.0, closed_for if closed_for > 0 else 1.0, deadline - now))
                sleep(0)  # lets an interrupt through
