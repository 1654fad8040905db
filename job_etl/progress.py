"""Tells whoever runs the platform how far long work is; says nothing where nobody listens.

The stages call `report`; the command line sets a listener for the time of a run. Domain code does neither: it takes
an `on_progress` function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int | None, str], None]
"""Called with the stage, how much of it is done, of how much (None where not known), and a note."""

_listeners: list[Listener] = []


def report(stage: str, done: int, total: int | None = None, note: str = "") -> None:
    """Say that `done` of `total` units of a stage are done."""
    for listener in _listeners:
        listener(stage, done, total, note)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hand every report to a listener while the block runs."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
