"""The language of a text, measured on sets whose language is known, a few sentences or titles at a time.

Compared with langdetect where it is installed.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from job_etl.normalize.language import detect
from job_etl.quality.measures import Measure, claims, unavailable

_LINES_A_TEXT = 6
_TEXTS = 400


def language_measures(root: Path) -> list[Measure]:
    """Precision, recall and coverage on the labelled sets found below `root`."""
    rows: list[Measure] = []
    for data, lines in _sets(root):
        chosen = [(code, "\n".join(chunk)) for code, chunk in lines]
        rows += claims("language", data, "job-etl", ((code, detect(text)) for code, text in chosen))
        if importlib.util.find_spec("langdetect") is None:
            rows.append(unavailable("language", data, "langdetect", "precision", "not installed"))
        else:
            ask = _langdetect()
            rows += claims("language", data, "langdetect", ((code, ask(text)) for code, text in chosen))
    return rows or [unavailable("language", "known languages", "job-etl", "precision", "no labelled data")]


def _langdetect() -> Callable[[str], str]:
    langdetect = importlib.import_module("langdetect")
    langdetect.DetectorFactory.seed = 0
    return lambda text: str(langdetect.detect(text))


def _sets(root: Path) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    for name, code, pattern in (
        ("Kompetencer, Danish phrases", "da", "**/*kompetencer/data/da_test.tsv"),
        ("Kompetencer, English phrases", "en", "**/*kompetencer/data/3_en_dev.tsv"),
    ):
        for path in sorted(root.glob(pattern))[:1]:
            with path.open(encoding="utf-8", newline="") as file:
                lines = [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
            yield name, _chunks(code, list(dict.fromkeys(lines)))
    for path in sorted(root.glob("**/instaffo_dev.json"))[:1]:
        titles = [row["job_title"] for row in json.loads(path.read_bytes())]
        yield "Instaffo, German titles", _chunks("de", titles)


def _chunks(code: str, lines: list[str]) -> list[tuple[str, list[str]]]:
    starts = islice(range(0, len(lines), _LINES_A_TEXT), _TEXTS)
    return [(code, lines[start : start + _LINES_A_TEXT]) for start in starts]
