"""A provider of postings for tests: a real HTTP server on 127.0.0.1 that answers at scripted paths.

    with Provider() as provider:
        provider.at("/v1/boards/acme/jobs", page({"jobs": [...]}))
        provider.at("/v1/boards/busy/jobs", status(500), page({"jobs": []}))
        client.session(...)            # with base_url=provider.url
        assert provider.count("/v1/boards/acme/jobs") == 1

A path's answers are given one after the other and the last one for ever; what has no script is a 404. An answer is a
function from the `Asked` to the `Said`, or writes to the connection itself and returns None.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as the provider got it; `at` is the moment on the clock of `time.monotonic`."""

    method: str
    path: str
    params: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float
    connection: Any

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    """One answer. `length` is what Content-Length claims, None for what is true."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


Script = Callable[[Asked], Said | None]


def page(content: Any, **headers: str) -> Script:
    """JSON, as a provider would send it; bytes are sent as they are."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda asked: Said(body=body, headers={"Content-Type": "application/json", **_named(headers)})


def status(code: int, **headers: str) -> Script:
    """A status and no more; `retry_after="1"` is the header Retry-After."""
    return lambda asked: Said(code, headers=_named(headers))


def html() -> Script:
    """The page of a proxy, or of an outage, with status 200."""
    return lambda asked: Said(
        body=b"<!doctype html><title>Be right back</title>", headers={"Content-Type": "text/html"}
    )


def redirect(location: str, code: int = 302) -> Script:
    """A redirect."""
    return lambda asked: Said(code, headers={"Location": location})


def cut_short(body: bytes = b'{"jobs": [{"id": 1, "tit', claimed: int = 4096) -> Script:
    """A body that ends before its Content-Length."""
    return lambda asked: Said(body=body, length=claimed)


def not_gzip() -> Script:
    """Plain JSON that says it is gzip."""
    return lambda asked: Said(body=b'{"jobs": []}', headers={"Content-Encoding": "gzip"})


def compressed(content: Any) -> Script:
    """JSON under gzip."""
    return lambda asked: Said(body=gzip.compress(json.dumps(content).encode()), headers={"Content-Encoding": "gzip"})


def gzip_bomb(megabytes: int) -> Script:
    """So many MB of blanks under gzip, in members of 16 MB; about a thousandth of that on the wire."""
    body = gzip.compress(b" " * (16 << 20)) * (megabytes // 16)
    return lambda asked: Said(body=body, headers={"Content-Encoding": "gzip"})


def endless(size: int, claimed: bool = False) -> Script:
    """A body of `size` bytes, written until the other side has enough; its length is told only if `claimed`."""

    def write(asked: Asked) -> None:
        length = f"Content-Length: {size}\r\n" if claimed else ""
        asked.connection.sendall(f"HTTP/1.1 200 OK\r\nConnection: close\r\n{length}\r\n".encode())
        for _ in range(size >> 20):
            asked.connection.sendall(b" " * (1 << 20))

    return write


def silent(seconds: float = 30.0) -> Script:
    """Takes the request and says nothing."""

    def wait(asked: Asked) -> None:
        _until_gone(asked.connection, seconds)

    return wait


def dripping(seconds: float = 30.0, every: float = 0.05) -> Script:
    """A byte now and then, so that no single wait is long."""

    def write(asked: Asked) -> None:
        asked.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(int(seconds / every)):
            asked.connection.sendall(b" ")
            time.sleep(every)

    return write


def late(seconds: float, script: Script) -> Script:
    """Another answer, after a while."""

    def answer(asked: Asked) -> Said | None:
        time.sleep(seconds)
        return script(asked)

    return answer


def validated(content: Any, etag: str) -> Script:
    """JSON with an ETag, and a 304 for whoever has that one already."""

    def answer(asked: Asked) -> Said | None:
        if asked.headers.get("If-None-Match") == etag:
            return Said(304, headers={"ETag": etag})
        return page(content, etag=etag)(asked)

    return answer


def dropped() -> Script:
    """A connection reset in the place of an answer."""

    def drop(asked: Asked) -> None:
        asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        asked.connection.close()

    return drop


class Provider:
    """The server; a context manager that runs it in a thread. `asked` is every request, in the order of arrival."""

    def __init__(self, scripts: Mapping[str, Script | Iterable[Script]] | None = None) -> None:
        self.asked: list[Asked] = []
        self._scripts: dict[str, list[Script]] = {}
        self._given: dict[str, int] = defaultdict(int)
        self._fallback: Script = status(404)
        self._lock = threading.Lock()
        self._active = 0
        self.most_at_once = 0
        for path, given in (scripts or {}).items():
            self.at(path, *([given] if callable(given) else given))

    def at(self, path: str, *scripts: Script) -> Self:
        """Answer at a path, which may hold a query for one page only (`/jobs?page=2`)."""
        self._scripts[path] = list(scripts)
        self._given[path] = 0
        return self

    def otherwise(self, script: Script) -> Self:
        """Answer where no path is scripted."""
        self._fallback = script
        return self

    def count(self, path: str | None = None) -> int:
        """How many requests came, for a path or in all."""
        with self._lock:
            return sum(path is None or asked.path == path for asked in self.asked)

    def pages(self, path: str, pages: Iterable[Any], param: str = "page", first: int = 1) -> Self:
        """Answer at a path with one page for each value of a parameter, counted from `first`."""
        for number, content in enumerate(pages, first):
            self.at(f"{path}?{param}={number}", page(content))
            if number == first:
                self.at(path, page(content))
        return self

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                provider._answer(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                pass  # the other side hanging up is what many tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            handler.headers,
            body,
            time.monotonic(),
            handler.connection,
        )
        with self._lock:
            self.asked.append(asked)
            self._active += 1
            self.most_at_once = max(self.most_at_once, self._active)
            script = self._next(asked)
        try:
            said = script(asked)
            if said is None:
                handler.close_connection = True
            else:
                self._write(handler, said)
        finally:
            with self._lock:
                self._active -= 1

    def _next(self, asked: Asked) -> Script:
        for path in self._paths(asked):
            if scripts := self._scripts.get(path):
                given = min(self._given[path], len(scripts) - 1)
                self._given[path] += 1
                return scripts[given]
        return self._fallback

    def _paths(self, asked: Asked) -> list[str]:
        return [*(f"{asked.path}?{name}={value}" for name, value in asked.params.items()), asked.path]

    def _write(self, handler: BaseHTTPRequestHandler, said: Said) -> None:
        handler.send_response(said.status)
        for name, value in said.headers.items():
            handler.send_header(name, value)
        if said.status != 304:
            handler.send_header("Content-Length", str(len(said.body) if said.length is None else said.length))
        handler.end_headers()
        handler.wfile.write(said.body)
        if said.length is not None and said.length != len(said.body):
            handler.close_connection = True


def unreachable_url() -> str:
    """A URL on loopback at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def _until_gone(connection: socket.socket, seconds: float) -> None:
    """Wait until the other side hangs up, but no longer than `seconds`."""
    connection.settimeout(seconds)
    try:
        while connection.recv(1024):
            pass
    except OSError:
        return


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
