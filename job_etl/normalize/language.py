"""The language of an advertisement, as an ISO 639-1 code.

Belongs here: telling languages apart by their commonest words, or in texts with few of them by endings and letters. All
are in `config/taxonomy/stopwords.yml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache

import pycountry

from job_etl.model import Origin
from job_etl.normalize import taxonomy

_Languages = tuple[tuple[str, float], ...]

_GIVEN = Origin("given", "language")
_BY_WORDS = Origin("parsed", "stop words")
_BY_ENDINGS = Origin("parsed", "stop words, endings and letters")

# The beginning decides; more is read only where it does not.
_SAMPLES = (400, 1200, 3000)
# Fewer stop words than this, or than this share of all words, and no language is claimed.
_LEAST_WORDS = 4
_LEAST_SHARE = 0.06
# How many times as many stop words as the next language's. Neighbours share many: Danish and Swedish half of them.
_LEAD = 1.25
# The same for endings and letters, which are counted in halves.
_LEAST_SIGNS, _LEAD_OF_SIGNS = 2.0, 1.5
_WORD = re.compile(r"[^\W\d_]{2,}")


def language(given: str | None, description: str | None, title: str | None = None) -> tuple[str | None, Origin | None]:
    """Say in what language a posting is written: the provider's code when it is one, else by stop words.

    Nothing is claimed of a text too short, in a language without a list, or between two languages.
    """
    if given and (code := _code(given)):
        return code, _GIVEN
    text = f"{title or ''} {description or ''}"[: _SAMPLES[-1]]
    if detected := _by_stop_words(text):
        return detected, _BY_WORDS
    return (detected, _BY_ENDINGS) if (detected := _by_endings(text)) else (None, None)


def detect(text: str) -> str | None:
    """The language whose stop words, or else whose endings and letters, a text uses most; None where it is unclear."""
    return _by_stop_words(text) or _by_endings(text)


def _by_stop_words(text: str) -> str | None:
    for length in _SAMPLES:
        if code := _most_used(text[:length].lower().split()):
            return code
    return None


def _most_used(words: list[str]) -> str | None:
    by_word = _stop_words()
    scores: dict[str, float] = {}
    for languages in filter(None, map(by_word.get, words)):
        for code, weight in languages:
            scores[code] = scores.get(code, 0.0) + weight
    return _first(scores, max(_LEAST_WORDS, _LEAST_SHARE * len(words)), _LEAD)


def _by_endings(text: str) -> str | None:
    """By the words of a short text: one that ends as a language's words do counts half of a stop word."""
    by_word, (by_ending, by_letter, by_mark) = _stop_words(), _signs()
    scores: dict[str, float] = defaultdict(float)
    lower = text[: _SAMPLES[1]].lower()
    signs = [languages for mark, languages in by_mark.items() for _ in range(lower.count(mark))]
    for word in _WORD.findall(lower):
        if languages := by_word.get(word):
            signs.append(languages)
            continue
        ending = next((word[start:] for start in range(2, len(word) - 1) if word[start:] in by_ending), "")
        signs += (by_ending.get(ending, ()), *(by_letter[letter] for letter in set(word) & by_letter.keys()))
    for languages in signs:
        for code, weight in languages:
            scores[code] += weight
    return _first(scores, _LEAST_SIGNS, _LEAD_OF_SIGNS)


def _first(scores: Mapping[str, float], least: float, lead: float) -> str | None:
    """The language with the highest score, if that reaches the least and leads the next so many times."""
    if not scores:
        return None
    best, *others = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return None if best[1] < least or (others and best[1] < lead * others[0][1]) else best[0]


@lru_cache(maxsize=256)
def _code(given: str) -> str | None:
    word = given.strip().lower()
    code = re.split(r"[-_]", word)[0]
    codes, names = _languages()
    return code if code in codes else names.get(word)


@cache
def _languages() -> tuple[frozenset[str], dict[str, str]]:
    known = [language for language in pycountry.languages if hasattr(language, "alpha_2")]
    names = {language.name.lower(): language.alpha_2 for language in known}
    return frozenset(names.values()), names | taxonomy.document("stopwords.yml")["names"]


@cache
def _stop_words() -> dict[str, _Languages]:
    """Each stop word with its languages; a word of several languages counts less for each.

    Words of one letter are left out: initials, bullets and grades are no evidence.
    """
    return {word: languages for word, languages in _weights("words", 1).items() if len(word) > 1}


@cache
def _signs() -> tuple[dict[str, _Languages], dict[str, _Languages], dict[str, _Languages]]:
    """Endings, letters and gender marks with their languages."""
    return _weights("endings", 0.5), _weights("letters", 0.5), _weights("gender_marks", 1)


def _weights(section: str, weight: float) -> dict[str, _Languages]:
    """The entries of a section with their languages, which share the weight."""
    languages: dict[str, list[str]] = {}
    for code, entries in taxonomy.document("stopwords.yml")[section].items():
        for entry in entries.split():
            languages.setdefault(entry, []).append(code)
    return {entry: tuple((code, weight / len(codes)) for code in codes) for entry, codes in languages.items()}
