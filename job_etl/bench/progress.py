"""How far a long measurement is, and how long it will take yet."""

from __future__ import annotations

import time
from collections.abc import Callable

_EVERY = 10  # seconds


def remaining(say: Callable[[str], None], what: str, total: int) -> Callable[[int], None]:
    """A function to be told how many of `total` are done: it says so every ten seconds, with the time left."""
    began = said = time.monotonic()

    def tell(done: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _EVERY and done:
            said = now
            say(f"{what}: {done:,} of {total:,}, {(now - began) * (total - done) / done:,.0f} s left")

    return tell
