"""The language of an advertisement, as an ISO 639-1 code.

Belongs here: telling languages apart by their commonest words, which are in `config/taxonomy/stopwords.yml`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pycountry

from job_etl.model import Origin
from job_etl.normalize import taxonomy

_GIVEN = Origin("given", "language")
_DETECTED = Origin("parsed", "stop words")

# The beginning decides; more is read only where it does not.
_SAMPLES = (400, 1200, 3000)
# Fewer stop words than this, or than this share of all words, and no language is claimed.
_LEAST_WORDS = 4
_LEAST_SHARE = 0.06
# How many times as many stop words as the next language's. Neighbours share many: Danish and Swedish half of them.
_LEAD = 1.25


def language(given: str | None, description: str | None, title: str | None = None) -> tuple[str | None, Origin | None]:
    """Say in what language a posting is written: the provider's code when it is one, else by stop words.

    Nothing is claimed of a text too short, in a language without a list, or between two languages.
    """
    if given and (code := _code(given)):
        return code, _GIVEN
    detected = detect(f"{title or ''} {description or ''}"[: _SAMPLES[-1]])
    return (detected, _DETECTED) if detected else (None, None)


def detect(text: str) -> str | None:
    """The language whose stop words a text uses most, or None."""
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
    if not scores:
        return None
    best, *others = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if best[1] < max(_LEAST_WORDS, _LEAST_SHARE * len(words)) or (others and best[1] < _LEAD * others[0][1]):
        return None
    return best[0]


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
def _stop_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Each stop word with its languages; a word of several languages counts less for each.

    Words of one letter are left out: initials, bullets and grades are no evidence.
    """
    languages: dict[str, list[str]] = {}
    for code, words in taxonomy.document("stopwords.yml")["words"].items():
        for word in filter(lambda word: len(word) > 1, words.split()):
            languages.setdefault(word, []).append(code)
    return {word: tuple((code, 1 / len(codes)) for code in codes) for word, codes in languages.items()}
