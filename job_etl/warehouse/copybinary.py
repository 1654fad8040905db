"""Rows in the binary format of COPY (https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS).

Belongs here: how a value is written. For processes that have no connection, whose rows another one passes on unread.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGIN = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def columns(count: int) -> bytes:
    """What a row of so many columns begins with."""
    return count.to_bytes(2, "big")


def raw(value: bytes) -> bytes:
    """A value that is its own binary form, such as the 16 bytes of a `uuid`."""
    return len(value).to_bytes(4, "big") + value


def text(value: str | None) -> bytes:
    """A `text`."""
    return NULL if value is None else raw(value.encode())


def int4(value: int) -> bytes:
    """An `integer`."""
    return b"\x00\x00\x00\x04" + value.to_bytes(4, "big", signed=True)


def int8(value: int) -> bytes:
    """A `bigint`."""
    return b"\x00\x00\x00\x08" + value.to_bytes(8, "big", signed=True)


def timestamptz(value: datetime) -> bytes:
    """A `timestamptz`, of a time that knows its zone."""
    return int8((value - _EPOCH) // _MICROSECOND)


def jsonb(value: bytes) -> bytes:
    """A `jsonb`, of JSON text in UTF-8."""
    return (len(value) + 1).to_bytes(4, "big") + b"\x01" + value
