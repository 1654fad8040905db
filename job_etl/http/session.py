"""One crawl's questions to a provider: retries, redirects, conditional requests, and what is said of a failure.

Belongs here: HTTP as seen from one board. What is shared between boards is the `Client`'s.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpcore
import httpx
import tenacity

from job_etl.errors import JobEtlError, NotFound, PermanentError, Refused, TransientError, UnreadableAnswer
from job_etl.http.body import ACCEPT_ENCODING, read_body, too_deep, too_large
from job_etl.http.failures import BAD_HEADER, Interrupted, NotModified, Retryable, explained
from job_etl.http.guard import DEADLINE
from job_etl.http.pace import Host
from job_etl.http.site import Site
from job_etl.sources.base import Answer, Request

if TYPE_CHECKING:
    from job_etl.http.client import Client

_RETRIED = frozenset({429, 500, 502, 503, 504})
_OVERLOADED = frozenset({429, 503})
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_DRAINED = 1 << 16  # up to here an unwanted body is read, so that the connection can be used again


@dataclass(slots=True)
class _Reply:
    """An answer: its body only where the status is 200."""

    status: int
    headers: httpx.Headers
    body: bytes = b""


@dataclass(slots=True)
class Session:
    """One crawl of one board: asks, and counts.

    `deadline` is on the clock of `time.monotonic`. `requests` counts what was sent, retries and redirects included,
    `received` the bytes of bodies as they came over the network, `answers` what `ask` returned. `url` is what was
    asked last, redirects included, as messages show it. `etag` and `last_modified` make the first request conditional,
    and are afterwards those of the first answer.
    """

    client: Client
    site: Site
    deadline: float
    etag: str | None = None
    last_modified: str | None = None
    requests: int = 0
    received: int = 0
    answers: int = 0
    url: str = ""

    def ask(self, request: Request) -> Answer:
        """Ask the provider, and again where that may help.

        Raises:
            NotModified: the first request was conditional, and the board is as it was.
            NotFound, Refused, PermanentError, UnreadableAnswer: asking again is no use.
            TransientError: the attempts are used up, or the host is not asked for the time being.
            Interrupted: the client was aborted.
        """
        attempts = 0
        asked = f"{request.method} {self.site.redacted(request.path)}"
        try:
            url = self.site.url(request)
            self.url = self.site.shown(url)
            asked = f"{request.method} {self.url}"
            for attempt in self._retrying(self.client.host(self.site, url)):
                with attempt:
                    attempts += 1
                    reply = self._follow(request, url)
            return self._accepted(reply)
        except (JobEtlError, UnicodeError) as error:
            if self.client.stopped:
                raise Interrupted from None
            kind = TransientError if isinstance(error, Retryable) else type(error)
            said = str(error)
            if isinstance(error, UnicodeError):
                kind, said = PermanentError, BAD_HEADER
            times = f" ({attempts} attempts)" if attempts > 1 else ""
            # The chain of causes ends here: it holds URLs and headers as they were sent.
            raise kind(self.site.redacted(f"{asked}: {said}{times}")) from None

    def _follow(self, request: Request, url: httpx.URL) -> _Reply:
        """Ask once, through the redirects."""
        method, json, headers = request.method, request.json, self._headers(request)
        target = url.copy_merge_params(dict(request.secret_params))
        for _ in range(self.client.limits.redirects + 1):
            reply = self._exchange(httpx.Request(method, target, headers=headers, json=json))
            if reply.status not in _REDIRECTED:
                return reply
            target = self.site.redirected(target, reply.headers.get("location", ""))
            self.url = self.site.shown(target)
            if reply.status not in (307, 308):
                method, json = "GET", None
            if target.host != url.host:
                headers = self._headers(replace(request, headers={}))  # its own may hold a key
        raise PermanentError(f"more than {self.client.limits.redirects} redirects one after the other")

    def _headers(self, request: Request) -> httpx.Headers:
        headers = httpx.Headers(
            {
                "User-Agent": self.client.user_agent,
                "Accept": "application/json, */*;q=0.5",
                "Accept-Encoding": ACCEPT_ENCODING,
            }
        )
        if not self.answers and request.method == "GET":
            headers.update({"If-None-Match": self.etag} if self.etag else {})
            headers.update({"If-Modified-Since": self.last_modified} if self.last_modified else {})
        headers.update(request.headers)
        return headers

    def _exchange(self, request: httpx.Request) -> _Reply:
        """Send one request in its host's turn, and read the answer."""
        limits = self.client.limits
        host = self.client.host(self.site, request.url)
        pool = self.client.pool(request.url)
        with host.turn(self.deadline, self.client.sleep):
            token = DEADLINE.set(min(self.deadline, time.monotonic() + limits.request))
            try:
                with explained(limits.connect, limits.read, limits.request):
                    reply = self._send(pool, request)
            except Retryable as error:
                host.failed(str(error), unreachable=error.unreachable)
                raise
            finally:
                DEADLINE.reset(token)
        if reply.status in _RETRIED:
            self._turned_away(host, reply)
        host.answered()
        return reply

    def _send(self, pool: httpcore.ConnectionPool, request: httpx.Request) -> _Reply:
        limits, url = self.client.limits, request.url
        self.requests += 1
        with pool.stream(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content or None,
            extensions={"timeout": {"connect": limits.connect, "read": limits.read, "write": limits.read}},
        ) as response:
            headers = httpx.Headers(response.headers)
            length = headers.get("content-length", "")
            size = int(length) if length.isdecimal() else 0
            if response.status != 200:
                if size <= _DRAINED and "transfer-encoding" not in headers:
                    response.read()
                return _Reply(response.status, headers)
            if size > limits.body:
                raise UnreadableAnswer(f"{too_large(limits.body)} (it says {size >> 20} MB)")
            body = read_body(self._counted(response), headers.get("content-encoding", ""), limits.body)
            return _Reply(200, headers, body)

    def _counted(self, response: httpcore.Response) -> Iterator[bytes]:
        for chunk in response.iter_stream():
            self.received += len(chunk)
            yield chunk

    def _turned_away(self, host: Host, reply: _Reply) -> None:
        """Raise what a status that may pass means, after taking note of it."""
        wait = retry_after(reply.headers.get("retry-after", ""))
        if reply.status in _OVERLOADED:
            host.failed(f"status {reply.status}", overloaded=True)
            host.pace.pause(wait or 0.0)
        else:
            host.answered()
        said = "asked too often (429)" if reply.status == 429 else f"the provider has a fault ({reply.status})"
        if wait is not None:
            said += f", it wants to be left alone for {wait:.0f} s"
        if wait is not None and wait > self.client.limits.retry_after:
            raise TransientError(said)
        raise Retryable(said, retry_after=wait)

    def _accepted(self, reply: _Reply) -> Answer:
        """The answer, where the status says that it is one."""
        status, limits = reply.status, self.client.limits
        if status == 304 and not self.answers and (self.etag or self.last_modified):
            raise NotModified
        if status in (404, 410):
            raise NotFound(f"board does not exist ({status}); correct its name in sources.yml, or remove it there")
        if status in (401, 403):
            needs = " and ".join(self.site.needs)
            raise Refused(f"key refused ({status}); check {needs}" if needs else f"the provider refuses us ({status})")
        if status != 200:
            raise PermanentError(f"status {status} where 200 was expected; has the provider changed its interface?")
        if too_deep(reply.body, limits.depth):
            raise UnreadableAnswer(f"the answer nests deeper than {limits.depth} levels")
        if not self.answers:
            self.etag, self.last_modified = reply.headers.get("etag"), reply.headers.get("last-modified")
        self.answers += 1
        return Answer(self.url, reply.body, dict(reply.headers))

    def _retrying(self, host: Host) -> tenacity.Retrying:
        """Exponential back-off with full jitter, within the attempts, the deadline and the host's budget."""
        limits = self.client.limits
        jitter = tenacity.wait_random_exponential(multiplier=limits.backoff, max=limits.longest_backoff)

        def wait(state: tenacity.RetryCallState) -> float:
            return max(jitter(state), _failure(state).retry_after or 0.0)

        def stop(state: tenacity.RetryCallState) -> bool:
            failure = _failure(state)
            most = limits.attempts_unreachable if failure.unreachable else limits.attempts
            too_late = time.monotonic() + (failure.retry_after or 0.0) >= self.deadline
            return state.attempt_number >= most or too_late or not host.may_retry()

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Retryable),
            stop=stop,
            wait=wait,
            sleep=self.client.sleep,
            reraise=True,
        )


def _failure(state: tenacity.RetryCallState) -> Retryable:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Retryable), "only these are retried"
    return error


def retry_after(value: str) -> float | None:
    """The seconds of a `Retry-After` header: a number or a date (RFC 9110, 10.2.3); None where it is neither."""
    value = value.strip()
    if value.isdecimal():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
