"""JSON as providers really send it, and as Postgres can hold it.

Belongs here: bytes to values and back. What a value means is the source's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def decode(text: bytes) -> Any:
    """Parse JSON text; lone surrogates, NaN and bytes that are not UTF-8 do not lose the rest.

    Raises:
        ValueError: the text is not JSON, is cut short or is nested too deeply.
    """
    try:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            # The standard library's slower parser takes what the fast one refuses and providers do send.
            value = json.loads(text.decode("utf-8", errors="replace"))
            return _map_scalars(value, lambda v: None if isinstance(v, float) and not math.isfinite(v) else v)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode(value: Any) -> bytes:
    """JSON text of a value, on one line."""
    try:
        return _encode(value)
    except UnicodeEncodeError:  # a lone surrogate: only an escape can carry it
        return json.dumps(value, separators=(",", ":")).encode()


def encode_sorted(value: Any) -> bytes:
    """JSON text with every object's keys sorted: equal values give equal text."""
    try:
        return _encode_sorted(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def encode_for_jsonb(value: Any) -> bytes:
    """JSON text that `jsonb` takes: U+0000 and lone surrogates, which it cannot hold, become U+FFFD."""
    text = encode(value)
    if b"\\u0000" in text or b"\\ud" in text:
        return _encode(_map_scalars(value, lambda v: storable(v) if isinstance(v, str) else v))
    return text


def decode_for_jsonb(text: bytes, *, rewrite: bool = False) -> tuple[Any, bytes]:
    """Parse JSON text; returns the value, and text of it that `jsonb` takes: this very text wherever it can be.

    A number that jsonb cannot hold (1e-20000) is let pass, unless all is to be written anew.

    Raises:
        ValueError: as `decode`.
    """
    if not rewrite and b"\\u" not in text:  # else what jsonb cannot hold stands in an escape, or is refused here
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(text), text
    return (value := decode(text)), encode_for_jsonb(value)


def storable(text: str) -> str:
    """Text that Postgres takes: U+0000 and lone surrogates become U+FFFD."""
    return _NOT_STORABLE.sub("\ufffd", text)


def _map_scalars(value: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {function(key): _map_scalars(item, function) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_scalars(item, function) for item in value]
    return function(value)
