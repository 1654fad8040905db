"""The employer: its name as shown, the key under which two spellings meet, and its size.

Belongs here: one name by itself. Whether two names are one employer is decided in the warehouse, with evidence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from job_etl.model import CompanySize, Origin
from job_etl.normalize import taxonomy
from job_etl.normalize.text import clean_line

_WEB_ADDRESS = re.compile(r"\s*[(\[<]?\s*(?:https?://|www\.)\S+?[)\]>]?(?=\s|$)", re.I)
_NOTE = re.compile(r"\s*[(\[](?:YC\s*[WSFX]?\d{2}|[WSFX]\d{2}|formerly\b[^)\]]*|we'?re hiring|hiring)[)\]]", re.I)
_NOT_WORD = re.compile(r"[^\w&+]+|_")
_COM = re.compile(r"(?<=\w)\.com(?![\w.])")
_DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\s|$)")

_NUMBER = re.compile(r"(\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d+)\s*(k\b|m\b)?", re.I)
_UP_TO = re.compile(r"\s*(?:<|(?:under|less than|fewer than|up to|bis|moins de|max)\b)", re.I)
_SIZE_WORDS = {"startup": CompanySize.S11_50, "self employed": CompanySize.S1_10, "myself only": CompanySize.S1_10}
_BANDS = (
    (1, 10, CompanySize.S1_10),
    (11, 50, CompanySize.S11_50),
    (51, 200, CompanySize.S51_200),
    (201, 500, CompanySize.S201_500),
    (501, 1000, CompanySize.S501_1000),
    (1001, 5000, CompanySize.S1001_5000),
)
_SIZE_GIVEN = Origin("given", "company size")
_SIZE_OVERLAP = Origin("inferred", "company size, the band it lies in most")


def clean_company(text: str | None) -> str | None:
    """The employer's name on one line as written, without addresses and notes beside it; None for a placeholder."""
    name = clean_line(text)
    if name is None:
        return None
    without = " ".join(_NOTE.sub("", _WEB_ADDRESS.sub("", name)).split()).strip(" ,;|")
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


@lru_cache(maxsize=4096)
def company_size(given: str | None) -> tuple[CompanySize, Origin | None]:
    """The band of a number of employees ("1001 to 5000 Employees", "250", "10,000+", "51-100").

    A range that crosses bands counts as the one it lies in most, if that is at least half of it.
    """
    if not given:
        return CompanySize.UNKNOWN, None
    if band := _SIZE_WORDS.get(given.strip().casefold().replace("-", " ")):
        return band, _SIZE_GIVEN
    numbers = [_employees(match) for match in _NUMBER.finditer(given)]
    if not numbers or len(numbers) > 2 or given.strip().startswith("-"):
        return CompanySize.UNKNOWN, None
    low, high = numbers[0], numbers[-1]
    if low < 1 or high < low:
        return CompanySize.UNKNOWN, None
    if len(numbers) == 1 and _UP_TO.match(given):
        low = 1
    if low > 5000 or (low >= 5000 and "+" in given):
        return CompanySize.S5001, _SIZE_GIVEN
    for first, last, band in _BANDS:
        shared = min(high, last) - max(low, first) + 1
        if shared * 2 >= high - low + 1:
            inside = first <= low and high <= last
            return band, _SIZE_GIVEN if inside else _SIZE_OVERLAP
    return CompanySize.UNKNOWN, None


def _employees(match: re.Match[str]) -> int:
    number = int(re.sub(r"\D", "", match[1])[:9])
    return number * {"k": 1_000, "m": 1_000_000}.get((match[2] or "").lower(), 1)


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(str(word).casefold() for word in taxonomy.document("company.yml")["placeholders"])


@cache
def _legal_forms() -> tuple[frozenset[str], frozenset[str]]:
    words = taxonomy.document("company.yml")
    after = frozenset(form for line in words["legal_forms"] for form in line)
    return after | frozenset(words["board_words"]), frozenset(words["legal_forms_before"])
