"""Chance that falls the same way everywhere: on every machine, in every version of Python.

Belongs here: drawing. Of `random.Random` only `random()` is promised to stay as it is for a seed
(https://docs.python.org/3/library/random.html#notes-on-reproducibility), so everything is made of it.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws that depend on `seed` alone: what one text or number is drawn from does not move another's."""

    def __init__(self, *seed: object) -> None:
        self.random = Random("/".join(map(str, seed))).random  # noqa: S311 - nothing secret is drawn

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Whether something happens that does in `share` of the cases."""
        return self.random() < share

    def one(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def some(self, items: Iterable[T], count: int) -> list[T]:
        """`count` of the items, or all if they are fewer, in the order in which they stand."""
        kept = list(items)
        while len(kept) > count:
            del kept[int(self.random() * len(kept))]
        return kept

    def weighted(self, weights: Sequence[tuple[T, float]]) -> T:
        """One of the items, each as often as its weight says."""
        return weights[bisect.bisect(cumulated := _cumulated(weights), self.random() * cumulated[-1])][0]

    def hexadecimal(self, digits: int) -> str:
        """Hexadecimal digits."""
        return "".join(["0123456789abcdef"[int(self.random() * 16)] for _ in range(digits)])

    def uuid(self) -> str:
        """A UUID of version 4."""
        digits = self.hexadecimal(30)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"


def _cumulated(weights: Sequence[tuple[T, float]]) -> list[float]:
    return list(itertools.accumulate(weight for _, weight in weights))
