"""The row of a quality report, and the scores it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

OWN_LABELS = Path(__file__).with_name("data")
"""Texts labelled by hand for this project: `places.tsv` and `salaries.tsv`."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a quality report.

    `n` is the number of labelled rows or spans. `value` is None where there is no figure; `note` says why.
    """

    field: str
    data: str
    system: str
    metric: str
    value: float | None
    n: int
    note: str = ""


def unavailable(field: str, data: str, system: str, metric: str, note: str) -> Measure:
    """A row for an alternative that is not installed or whose data are absent."""
    return Measure(field, data, system, metric, None, 0, note)


def labelled(root: Path, pattern: str) -> Path | None:
    """The first file below `root` that matches a glob, or None."""
    return next(iter(sorted(root.glob(pattern))), None)


def share(field: str, data: str, system: str, metric: str, hits: Iterable[bool]) -> Measure:
    """The share of rows that are right."""
    rights = list(hits)
    if not rights:
        return unavailable(field, data, system, metric, "no labelled data")
    return Measure(field, data, system, metric, round(sum(rights) / len(rights), 4), len(rights))


def claims(
    field: str, data: str, system: str, pairs: Iterable[tuple[str | None, str | None]], *, nothing: str | None = None
) -> list[Measure]:
    """Precision and recall over pairs of (label, prediction), and coverage: how many rows have a prediction.

    `nothing` is the value that claims nothing.
    """
    rows = list(pairs)
    claimed = [(label, found) for label, found in rows if found != nothing]
    stated = [(label, found) for label, found in rows if label != nothing]
    return [
        share(field, data, system, "precision", (label == found for label, found in claimed)),
        share(field, data, system, "recall", (label == found for label, found in stated)),
        share(field, data, system, "coverage", (found != nothing for _, found in rows)),
    ]


@dataclass(slots=True)
class Tally:
    """True positives, false positives and false negatives."""

    hits: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Hits among what was claimed; 0 where nothing was."""
        return self.hits / (self.hits + self.wrong) if self.hits + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Hits among what there is; 0 where there is nothing."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / (2 * self.hits + self.wrong + self.missed) if self.hits else 0.0

    def rows(self, field: str, data: str, system: str, suffix: str = "") -> list[Measure]:
        """Precision, recall and F1 as rows of a report."""
        n = self.hits + self.missed
        scores = (("precision", self.precision), ("recall", self.recall), ("F1", self.f1))
        return [Measure(field, data, system, name + suffix, round(score, 4), n) for name, score in scores]


def macro_f1(pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> float:
    """The mean F1 of `classes` over pairs of (label, prediction); other predictions are misses."""
    tallies = {name: Tally() for name in classes}
    for label, predicted in pairs:
        if label == predicted:
            tallies[label].hits += 1
            continue
        if label in tallies:
            tallies[label].missed += 1
        if predicted in tallies:
            tallies[predicted].wrong += 1
    return sum(tally.f1 for tally in tallies.values()) / len(tallies)


def set_tally(pairs: Iterable[tuple[Iterable[Hashable], Iterable[Hashable]]]) -> Tally:
    """A micro-averaged tally over pairs of (label set, predicted set)."""
    total = Tally()
    for labels, predictions in pairs:
        wanted, got = Counter(set(labels)), Counter(set(predictions))
        hits = (wanted & got).total()
        total.hits += hits
        total.wrong += got.total() - hits
        total.missed += wanted.total() - hits
    return total
