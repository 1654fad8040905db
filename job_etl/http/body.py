"""The body of an answer: decoding it within bounds.

Belongs here: content encodings, and limits on size and depth. What the bytes mean is the source's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import zstandard

from job_etl.errors import UnreadableAnswer

ACCEPT_ENCODING = "gzip, zstd"

# What one decoding step is fed bounds what it can make of it: zstd makes 128 KB of 4 bytes, so some 32 MB at most.
_STEP = 1024
_ZSTD_WINDOW = 8 << 20  # RFC 9659, 3: what a client has to support, and so what a server may use
_JSON_STARTS = (b"{", b"[")
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def read_body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Read and decode a body of at most `limit` bytes, counted as sent and as decoded.

    Stops reading where the limit is passed, so that neither a long body nor a compressed one fills the memory.

    Raises:
        UnreadableAnswer: it is longer, not what `encoding` says, or ends inside the compressed stream.
    """
    names = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")]
    if not names:
        return _gather(chunks, limit, "")
    if names not in (["gzip"], ["x-gzip"], ["zstd"]):
        raise UnreadableAnswer(f"the answer is encoded as {encoding}, which was not asked for")
    return _gather(_decoded(_bounded(chunks, limit), names[0].removeprefix("x-")), limit, " once decompressed")


def too_deep(body: bytes, limit: int) -> bool:
    """Whether a JSON body nests lists and objects deeper than `limit`; false for what does not begin as JSON."""
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_JSON_STARTS):
        return False
    # With escapes gone every quote opens or closes a string, so what is outside strings is each second part.
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    depth = 0
    for part in bare.split(b'"')[::2]:
        for byte in part:
            depth += 1 if byte in b"[{" else -1
            if depth > limit:
                return True
    return False


def _gather(chunks: Iterable[bytes], limit: int, state: str) -> bytes:
    return b"".join(_bounded(chunks, limit, state))


def _bounded(chunks: Iterable[bytes], limit: int, state: str = "") -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise UnreadableAnswer(too_large(limit, state))
        yield chunk


def too_large(limit: int, state: str = "") -> str:
    """What is said of a body above the limit of `limit` bytes."""
    return f"the answer is larger than {limit / (1 << 20):g} MB{state}; crawl.body_mb in sources.yml is the limit"


def _decoder(name: str) -> _Decoder:
    if name == "gzip":
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


def _decoded(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Decode a stream that may consist of several members or frames."""
    decoder = _decoder(name)
    started = False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                started = True
                if decoder.eof:
                    decoder = _decoder(name)
                step, rest = rest[:_STEP], rest[_STEP:]
                yield decoder.decompress(step)
                if decoder.eof:
                    rest = decoder.unused_data + rest
    except (zlib.error, zstandard.ZstdError) as error:
        raise UnreadableAnswer(f"the answer says it is {name} and is not") from error
    if started and not decoder.eof:
        raise UnreadableAnswer(f"the answer is cut short inside its {name} stream")
