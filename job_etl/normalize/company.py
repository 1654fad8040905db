"""The employer: its name as shown, and the key under which two spellings meet.

Belongs here: one name by itself. Whether two names are one employer is decided in the warehouse, with evidence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from job_etl.normalize.phrases import section
from job_etl.normalize.text import clean_line

_WEB_ADDRESS = re.compile(r"\s*[(\[<]?\s*(?:https?://|www\.)\S+?[)\]>]?(?=\s|$)", re.I)
_NOTE = re.compile(r"\s*[(\[](?:YC\s*[WSFX]?\d{2}|[WSFX]\d{2}|formerly\b[^)\]]{0,80}|we'?re hiring|hiring)[)\]]", re.I)
_MODE = re.compile(
    r"(?:(?:,|\s[-–—|]|\s?\|)\s*(?:(?:full|part)[- ]time,?\s+)?(?:remote|hybrid|on-?site|english|deutsch|français)"
    r"(?:[- ](?:first|only))?)+$",
    re.I,
)
"""How or in what language one works there, behind the name."""

_NOT_WORD = re.compile(r"[^\w&+]+|_")
_COM = re.compile(r"(?<=\w)\.com(?![\w.])")
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\s|$)")


@lru_cache(maxsize=1 << 14)
def clean_company(text: str | None) -> str | None:
    """The employer's name on one line as written, without addresses and notes beside it, such as how one works there.

    None for a placeholder.
    """
    name = clean_line(text)
    if name is None:
        return None
    without = " ".join(_NOTE.sub("", _WEB_ADDRESS.sub("", name)).split())
    without = _MODE.sub("", without.strip(" ,;|")).strip(" ,;|")
    name = without or name
    return None if name.casefold() in _placeholders() else name


@lru_cache(maxsize=16384)
def company_match_key(name: str | None) -> str:
    """The form in which two spellings of one employer's name are equal; empty where there is no name.

    Without case, accents, punctuation, a leading article, and at the end ".com" and legal forms: "The Müller & Söhne
    GmbH & Co. KG" is "muller and sohne", and so is "MULLER AND SOHNE". What may tell two employers apart stays.
    """
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", "")).casefold()
    plain = "".join([letter for letter in plain if not unicodedata.combining(letter)]).strip()
    words = _NOT_WORD.sub(" ", _DOTTED.sub("", _COM.sub("", plain))).split()
    forms, before = _legal_forms()
    if len(words) > 1 and (words[0] == "the" or words[0] in before):
        words = words[1:]
    while (kept := _without_form(words, forms)) != words:
        words = kept
    return " ".join("and" if word == "&" else word for word in words)


def _without_form(words: list[str], forms: frozenset[str]) -> list[str]:
    for length in range(min(6, len(words) - 1), 0, -1):
        if " ".join(words[-length:]) in forms:
            kept = words[:-length]
            while len(kept) > 1 and kept[-1] == "&":
                kept = kept[:-1]
            return kept
    return words


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(word.casefold() for word in section("company.yml", "names")["placeholder"])


@cache
def _legal_forms() -> tuple[frozenset[str], frozenset[str]]:
    """What is dropped at the end of a name, and what before it."""
    names = section("company.yml", "names")
    forms = (form for group in section("company.yml", "legal_forms").values() for form in group)
    return frozenset(forms) | frozenset(names["board"]), frozenset(names["before"])
