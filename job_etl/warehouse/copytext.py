"""Rows in the text format of COPY (https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS).

Belongs here: how a value is written. For processes that have no connection, whose rows another one passes on unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def row(values: Iterable[Any]) -> str:
    r"""A line of text, `\n` and all: of text, numbers, truth values, times, UUIDs, lists of text and None."""
    return "\t".join([_field(value) for value in values]) + "\n"


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, list | tuple):
        return _escaped("{" + ",".join([_element(item) for item in value]) + "}") if value else "{}"
    return str(value)


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():  # which no control character is
        return text
    return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _element(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
