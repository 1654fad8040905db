"""How time and memory grow with the corpus, told from runs of several sizes.

Belongs here: comparing runs with each other, and the picture of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from job_etl.bench.measuring import Measured

_APART = 4  # sizes that differ less say little of a curve
_QUADRATIC = 1.8  # n log n is 1.1 between these sizes; a busy machine adds some tenths
_MEMORY_GROWTH = 96 * 2**20  # bytes: what allocators and caches may differ by
_APART_FROM_SIZE = ("generate_hash_key, calls",)  # a measurement that the corpus has no part in
_BOUNDED = ("this process", "the largest process it starts")


@dataclass(frozen=True, slots=True)
class Curve:
    """Seconds that one measurement took on each size; `slope` is the exponent of the size that fits best."""

    name: str
    sizes: list[int]
    seconds: list[float]

    @property
    def slope(self) -> float:
        """Least squares of log time on log size."""
        points = [(math.log(size), math.log(seconds)) for size, seconds in zip(self.sizes, self.seconds, strict=True)]
        middle, level = (sum(column) / len(points) for column in zip(*points, strict=True))
        spread = sum((x - middle) ** 2 for x, _ in points)
        return sum((x - middle) * (y - level) for x, y in points) / spread if spread else 0.0


def curves(runs: Sequence[Measured]) -> list[Curve]:
    """A curve for each timed measurement that all runs have, in the order of the runs' sizes."""
    runs = sorted(runs, key=lambda run: run.rows)
    timed = [{_plain(figure.name): figure.seconds for figure in run.figures if figure.seconds} for run in runs]
    shared = [name for name in timed[0] if all(name in figures for figures in timed)]
    return [Curve(name, [run.rows for run in runs], [figures[name] for figures in timed]) for name in shared]


def grown(runs: Sequence[Measured]) -> list[str]:
    """What grew as it must not, beyond what noise explains: memory with the corpus, or time with its square."""
    runs = sorted(runs, key=lambda run: run.rows)
    if len(runs) < 2 or runs[-1].rows < _APART * runs[0].rows:
        return []
    troubles = [
        f"{curve.name} takes time with the power {curve.slope:.1f} of the corpus"
        for curve in curves(runs)
        if curve.slope > _QUADRATIC
    ]
    for name in _BOUNDED:
        small, large = (run.peaks.get(name, 0) for run in (runs[0], runs[-1]))
        if small and large - small > _MEMORY_GROWTH:
            troubles.append(f"memory of {name} grows with the corpus: {small // 2**20} MiB, then {large // 2**20} MiB")
    return troubles


def plot(runs: Sequence[Measured], file: Path) -> None:
    """Draw time against size; needs matplotlib, which the extra `bench` has."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    for curve in filter(lambda curve: curve.name not in _APART_FROM_SIZE, curves(runs)):
        axes.loglog(curve.sizes, curve.seconds, marker="o", label=f"{curve.name} (n^{curve.slope:.2f})")
    axes.set_xlabel("payloads in the corpus")
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="both", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small")
    figure.savefig(file)


def _plain(name: str) -> str:
    return name.partition(" (")[0]
