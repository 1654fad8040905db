"""The structural shape of a source's payloads, and what changed in it between two times.

Belongs here: which fields there are and of which types, and when a difference is worth a person's attention. Values
are not looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_MOST_KEYS = 60
"""An object with more keys than this has data for keys; they count as one field, `*`."""

_TYPES = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number"}


@dataclass(slots=True)
class Shape:
    """How many payloads have a field, and with which types: path → type → payloads; `payloads` is the number of all.

    A path is `location.name`, or `offices[].id` for what is in a list. Null is no type: a field that is null is absent.
    """

    payloads: int = 0
    fields: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, payload: Any) -> None:
        """Take in one payload."""
        self.payloads += 1
        for path, kind in set(_walk(payload, "")):
            self.fields[path][kind] += 1


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """When a difference is told.

    `payloads` are needed on both sides. A field vanished when `usual` of the payloads had it and none has; it appeared,
    or has a new type, when none had it and `noticed` of the payloads have.
    """

    payloads: int = 20
    usual: float = 0.5
    noticed: float = 0.1


def differences(before: Shape, after: Shape, sensitivity: Sensitivity | None = None) -> list[str]:
    """What changed, a line each: fields that vanished, appeared or changed type; only the outermost of nested ones.

    A field inside an object that is not there is not missed, so presence is counted among the payloads that have the
    parent.
    """
    limits = sensitivity or Sensitivity()
    if min(before.payloads, after.payloads) < limits.payloads:
        return []
    found: dict[str, str] = {}
    for path in sorted(before.fields.keys() | after.fields.keys()):
        if any(outer in found for outer in _outer(path)):
            continue
        was, now = before.fields.get(path, Counter()), after.fields.get(path, Counter())
        had, have = _share(before, path, limits.payloads), _share(after, path, limits.payloads)
        if had is None or have is None:
            continue
        if had >= limits.usual and not now:
            found[path] = f"{path} vanished (was {_kinds(was)} in {had:.0%})"
        elif have >= limits.noticed and not was:
            found[path] = f"{path} appeared ({_kinds(now)} in {have:.0%})"
        elif was and (new := [kind for kind in now if kind not in was and now[kind] >= limits.noticed * now.total()]):
            share = sum(now[kind] for kind in new) / now.total()
            found[path] = f"{path} is {_kinds(new)} in {share:.0%} (was {_kinds(was)})"
    return [found[path] for path in sorted(found)]


def _share(shape: Shape, path: str, least: int) -> float | None:
    """In how many of the payloads that have its parent a field is; None where too few have that to say."""
    parent = next(_outer(path), None)
    of = shape.payloads if parent is None else shape.fields.get(parent, Counter()).total()
    return min(1.0, shape.fields.get(path, Counter()).total() / of) if of >= least else None


def _outer(path: str) -> Iterator[str]:
    """The fields around a field, the nearest first."""
    while path:
        path = path[:-2] if path.endswith("[]") else path.rpartition(".")[0]
        if path:
            yield path


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if path:
        yield path, _TYPES.get(type(value), type(value).__name__)
    if isinstance(value, dict):
        many = len(value) > _MOST_KEYS
        for key, item in value.items():
            name = "*" if many else key
            yield from _walk(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{path}[]")


def _kinds(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds))
