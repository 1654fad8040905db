"""The way to the network: which addresses may be connected to, and for how long a socket may be waited on.

Belongs here: everything below HTTP. A name is resolved once and the address that was checked is the one
connected to, so that a name cannot point elsewhere between the two.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Collection, Iterable
from contextvars import ContextVar
from typing import Any

import httpcore

from job_etl.errors import PermanentError

DEADLINE: ContextVar[float] = ContextVar("deadline")
"""When the request under way must be over, on the clock of `time.monotonic`."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052, 2.1

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddress(PermanentError):
    """A host that no configuration names leads to a loopback, link-local, private or reserved address."""


class NameNotResolved(httpcore.ConnectError):
    """A host's name could not be resolved."""


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet; an IPv4 address carried inside an IPv6 one is looked at."""
    ip: _Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = carried or ip
    return ip.is_global and not ip.is_multicast


def is_address(host: str) -> bool:
    """Whether a URL's host is an address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses, and to others only for the hosts in `named`."""

    def __init__(self, named: Collection[str]) -> None:
        self._named = named
        self._backend = httpcore.SyncBackend()
        self._open: weakref.WeakSet[_TimedStream] = weakref.WeakSet()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that may be asked and answers.

        Raises:
            ForbiddenAddress: none of its addresses may be asked.
            NameNotResolved: it has none.
        """
        started = time.monotonic()
        found = _resolve(host, port, timeout)
        allowed = found if host in self._named else [address for address in found if is_public(address)]
        if not allowed:
            raise ForbiddenAddress(
                f"{host} leads to {found[0]}, which is not on the public internet; "
                "if that is meant, name the host in a base_url of sources.yml"
            )
        error: Exception | None = None
        for address in allowed:
            left = None if timeout is None else timeout - (time.monotonic() - started)
            if left is not None and left <= 0:
                break
            try:
                connected = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
                continue
            stream = _TimedStream(connected)
            self._open.add(stream)
            return stream
        raise error or httpcore.ConnectTimeout(f"no connection in {timeout:g} s")

    def abort(self) -> None:
        """Cut every open connection, so that whoever waits on one wakes up."""
        for stream in list(self._open):
            stream.abort()


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline of the request under way.

    A provider that sends one byte now and then restarts an ordinary read timeout for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._stream = self._stream.start_tls(ssl_context, server_hostname, _left(timeout))
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def abort(self) -> None:
        connection = self.get_extra_info("socket")
        try:
            # The method of the class: an SSL socket's own would pull its state from under the thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            return


def _left(timeout: float | None) -> float | None:
    deadline = DEADLINE.get(None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole answer is up")
    return left if timeout is None else min(timeout, left)


def _resolve(host: str, port: int, timeout: float | None) -> list[str]:
    """The addresses of a host. The system's resolver knows no timeout, so it is waited for from outside."""
    if is_address(host):
        return [host]
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look_up, daemon=True, name=f"resolve {host}").start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise NameNotResolved(f"the name {host} was not resolved in {timeout:g} s") from None
    if isinstance(answer, OSError):
        raise NameNotResolved(f"the name {host} cannot be resolved ({answer.strerror or answer})") from answer
    return answer
