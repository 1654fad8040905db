"""Reading single fields out of payloads that may have any shape.

Belongs here: typed accessors that never raise but for a missing identity, and what every source needs to name an
employer. What a value means (a place, a salary, a level) belongs to `job_etl.normalize`.

A path is the keys from the payload inwards: `text(payload, "location", "name")`. A path that leads nowhere, or to a
value of another type, is an absent field.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from job_etl.errors import UnreadablePayload
from job_etl.model import Board, GivenSalary, Payload

T = TypeVar("T")

_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-z][^<>]*>", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_GROUPED = re.compile(r"\d{1,3}(,\d{3}){1,5}(\.\d{1,18})?")
_LONGEST_LINE = 5000
_EARLIEST, _LATEST = 1995, 2100
_MILLISECONDS = 100_000_000_000


def dig(payload: Any, *path: str) -> Any:
    """The value at a path, None where there is none."""
    for key in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(key)
    return payload


def text(payload: Any, *path: str) -> str | None:
    """A text as sent, or a number's digits; None where it is blank."""
    value = dig(payload, *path)
    if isinstance(value, str):
        return value if value.strip() else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def plain(payload: Any, *path: str) -> str | None:
    """A one-line text, such as a title, without the markup that some providers put into it.

    Of what is too long for a line, the beginning: nobody shows more, and patterns need not be run over it.
    """
    value = (text(payload, *path) or "")[:_LONGEST_LINE]
    stripped = _TAG.sub("", value) if "<" in value else value
    return stripped if stripped.strip() else None


def plains(payload: Any, *path: str) -> list[str]:
    """The texts of a list, each as `plain` reads it; one text alone counts as a list of one."""
    value = dig(payload, *path)
    items = value if isinstance(value, list) else [value]
    return [item for item in map(plain, items) if item is not None]


def rows(payload: Any, *path: str) -> list[Payload]:
    """The objects of a list; one object alone counts as a list of one (as XML that became JSON has it)."""
    value = dig(payload, *path)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def reference(payload: Any, *path: str) -> str | None:
    """A requisition's number: what people write there instead ("See Opening ID", "TBD", a name) has no digit."""
    value = plain(payload, *path)
    return value if value and any(map(str.isdigit, value)) else None


def flag(payload: Any, *path: str) -> bool | None:
    """A truth value, also written as text or as 0 and 1."""
    value = dig(payload, *path)
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}.get(value.lower())
    return bool(value) if isinstance(value, bool | int) and value in (0, 1) else None


def number(payload: Any, *path: str) -> Decimal | None:
    """A finite number, also written as text ("60000.00", "60,000")."""
    value = dig(payload, *path)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    written = str(value).strip()
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "")
    return Decimal(written) if _NUMBER.fullmatch(written) else None


def amount(payload: Any, *path: str) -> Decimal | None:
    """A sum of money: a number above zero, because providers write 0 for "not given"."""
    value = number(payload, *path)
    return value if value is not None and value > 0 else None


def coordinate(payload: Any, *path: str) -> float | None:
    """A latitude or longitude in degrees."""
    value = number(payload, *path)
    return float(value) if value is not None and abs(value) <= 180 else None


def link(payload: Any, *path: str) -> str | None:
    """A web address; anything but http and https (`javascript:`, a mail address) is an absent field."""
    value = text(payload, *path)
    if value is None:
        return None
    value = value.strip()
    return value if re.match(r"https?://[^\s/]", value, re.IGNORECASE) and not re.search(r"[\s<>\"]", value) else None


def moment(payload: Any, *path: str, zone: tzinfo = UTC) -> datetime | None:
    """A point in time, in UTC: ISO 8601, RFC 822, or seconds or milliseconds since 1970.

    A text without an offset is in `zone`: most providers that leave it out mean UTC (Remotive says so). Numbers from
    100,000,000,000 are milliseconds, which as seconds would lie after the year 5000. A time outside 1995 to 2100 is
    none: it stands for "not given".
    """
    value = dig(payload, *path)
    try:
        if isinstance(value, str):
            parsed = _parse_moment(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            parsed = datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, UTC)
        else:
            return None
        parsed = (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return parsed if _EARLIEST <= parsed.year <= _LATEST else None


def _parse_moment(value: str) -> datetime:
    if value.isdigit() and len(value) >= 9:
        number = int(value[:18])
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
    if value[:4].isdigit():
        return datetime.fromisoformat(re.sub(r" ?UTC$", "+00:00", value))
    return parsedate_to_datetime(value)


def identity(payload: Any, *path: str) -> str:
    """The provider's own id at a path.

    Raises:
        UnreadablePayload: the payload is no object, or has no id there.
    """
    if not isinstance(payload, dict):
        raise UnreadablePayload(f"the payload is a JSON {_json_type(payload)}, expected an object")
    value = text(payload, *path)
    if value is None:
        raise UnreadablePayload(f"the payload has no `{'.'.join(path)}`, which identifies a posting")
    return value.strip()


def _json_type(value: Any) -> str:
    names = {list: "list", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def salary_range(
    minimum: Decimal | None,
    maximum: Decimal | None,
    currency: str | None = None,
    period: str | None = None,
    *,
    predicted: bool = False,
) -> list[GivenSalary]:
    """A salary as a list of one, empty where neither bound is given."""
    if minimum is None and maximum is None:
        return []
    return [GivenSalary(minimum, maximum, currency, period, predicted=predicted)]


def salary_text(*texts: str | None) -> list[GivenSalary]:
    """The provider's lines about pay, one salary each."""
    return [GivenSalary(text=line) for line in texts if line]


def employer(name: str | None, board: Board, slug: str | None = None) -> tuple[str | None, bool]:
    """The employer's name and whether it is inferred: from the payload, the configuration, else the board's slug."""
    if given := name or board.company:
        return given, False
    derived = name_of_slug(board.name if slug is None else slug)
    return derived, derived is not None


def name_of_slug(slug: str) -> str | None:
    """A name for people from a board's slug: "block-labs" is "Block Labs"; None for the board `all` of a feed.

    A slug with capitals or blanks ("WunderGraph", "Synergy%20Pet%20Group") is a name already.
    """
    name = unquote(slug).strip()
    if name in ("", "all"):
        return None
    if " " in name or name != name.lower():
        return name
    words = re.split(r"[-_]+", name)
    return " ".join(word[:1].upper() + word[1:] for word in words if word) or None


def distinct(values: list[T]) -> list[T]:
    """The values in order, each once."""
    return list(dict.fromkeys(values))


def present(**values: Any) -> dict[str, Any]:
    """The values that are there, for `GivenPosting.extra`."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def sections(*parts: tuple[str | None, str | None]) -> str | None:
    """One HTML text from headings and bodies, without those that have no body."""
    written = [f"<h3>{heading}</h3>\n{body}" if heading else body for heading, body in parts if body]
    return "\n".join(written) or None


def grouped(items: list[Any], key: str) -> list[Any]:
    """Items that a provider repeats, such as once a place, as one: the first, the others beside it as `also`.

    Items that are equal, or have no such key, stay as they are.
    """
    groups: dict[str, list[Any]] = {}
    for number, item in enumerate(items):
        same = groups.setdefault(text(item, key) or f" {number}", [])
        if item not in same:
            same.append(item)
    return [{**first, "also": others} if others else first for first, *others in groups.values()]
