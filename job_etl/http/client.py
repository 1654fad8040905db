"""What all crawls of a process share: connections, the hosts' pace and health, and the wish to stop.

Belongs here: state that outlives a board. A board's own questions are a `Session`.
"""

from __future__ import annotations

import logging
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Self

import httpcore
import httpx

from job_etl import __version__
from job_etl.http.failures import Interrupted
from job_etl.http.guard import ForbiddenAddress, GuardedBackend, is_address, is_public
from job_etl.http.ledger import Ledger, Memory
from job_etl.http.pace import Host, Pace
from job_etl.http.session import Session
from job_etl.http.site import Site


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request. Times are seconds.

    `connect` and `read` bound one wait, `request` one whole answer. `attempts` are made at most,
    `attempts_unreachable` where no connection comes about; between them `backoff` doubles up to `longest_backoff`.
    A `Retry-After` above `retry_after` is not waited for. `circuit` is how long a failing host is left alone at first.
    `body` is bytes, counted as sent and as decoded; `depth` is levels of JSON.
    """

    connect: float = 5.0
    read: float = 20.0
    request: float = 90.0
    attempts: int = 4
    attempts_unreachable: int = 2
    backoff: float = 0.5
    longest_backoff: float = 20.0
    retry_after: float = 120.0
    circuit: float = 5.0
    redirects: int = 5
    body: int = 64 << 20
    depth: int = 64


class Client:
    """The connections of a process, and what it knows of every host; used by any number of threads.

    `ledger` is where the pace of each host is kept with others who ask it; with none, this client keeps it alone.
    `contact` is how a provider reaches whoever runs this.
    """

    def __init__(
        self, limits: Limits | None = None, *, contact: str | None = None, ledger: Ledger | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.user_agent = f"job-etl/{__version__} ({f'+{contact}' if contact else 'no contact configured'})"
        self._ledger = ledger or Memory()
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._named: set[str] = set()
        self._backends: list[GuardedBackend] = []
        self._tls = httpx.create_ssl_context()
        self._pools = {"": self._connections(GuardedBackend(self._named))}
        # At DEBUG it prints the headers of answers, and a Location can repeat a key.
        logging.getLogger("httpcore").setLevel(logging.INFO)

    def session(
        self, site: Site, *, seconds: float = 1800.0, etag: str | None = None, last_modified: str | None = None
    ) -> Session:
        """Begin a crawl of one board, which has `seconds` for all its requests."""
        if site.named:
            self._named.add(site.host)
        return Session(self, site, time.monotonic() + seconds, etag, last_modified)

    def host(self, site: Site, url: httpx.URL) -> Host:
        """What is known of the host of a URL."""
        name = site.pace_name(url)
        with self._lock:
            if name not in self._hosts:
                pace = Pace(name, self._ledger, site.rate.per_second, site.daily_quota, self.limits.retry_after)
                self._hosts[name] = Host(name, site.rate, pace, self.limits.circuit)
            return self._hosts[name]

    def pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        """The connections over which a URL is asked: through the environment's proxy, where it has one for it.

        Raises:
            ForbiddenAddress: the URL has a private address for a host, which a proxy would not refuse.
        """
        host = url.raw_host.decode()
        proxy = "" if host in self._named else urllib.request.getproxies().get(url.scheme, "")
        if proxy and urllib.request.proxy_bypass(host):
            proxy = ""
        if proxy and (host == "localhost" or (is_address(host) and not is_public(host))):
            raise ForbiddenAddress(f"{host} is not on the public internet")
        with self._lock:
            if proxy not in self._pools:
                through = httpx.Proxy(proxy)
                self._pools[proxy] = self._connections(GuardedBackend({through.url.raw_host.decode()}), through)
            return self._pools[proxy]

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            Interrupted: the client was aborted.
        """
        if self._stop.wait(seconds):
            raise Interrupted

    @property
    def stopped(self) -> bool:
        """Whether the client was aborted."""
        return self._stop.is_set()

    def abort(self) -> None:
        """Cut short everything under way; whoever asks gets `Interrupted`, from now on."""
        self._stop.set()
        for backend in self._backends:
            backend.abort()

    def close(self) -> None:
        """Close the connections."""
        self._ledger.close()
        for pool in self._pools.values():
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connections(self, backend: GuardedBackend, proxy: httpx.Proxy | None = None) -> httpcore.ConnectionPool:
        self._backends.append(backend)
        return httpcore.ConnectionPool(
            ssl_context=self._tls,
            proxy=httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw) if proxy else None,
            max_connections=None,
            max_keepalive_connections=32,
            keepalive_expiry=15.0,
            network_backend=backend,
        )
