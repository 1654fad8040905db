"""Finding the phrases of a dictionary in a text, in one pass whatever the number of phrases.

Belongs here: how a phrase is found. Which phrases mean what is data in `config/taxonomy/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from job_etl.errors import ConfigError
from job_etl.normalize import taxonomy

_LABELLED = 60
_TYPOGRAPHY = tuple(zip("’‘“”‑–—•…€", "''\"\"---·.¤", strict=True))
_LATIN_LOWER = bytes(range(256)).decode("latin-1").lower().encode("latin-1")
"""The small letter of each byte of Latin-1: most texts lie in it, and bytes take a fifth of the time."""


class Found(NamedTuple):
    """A phrase found in a folded text at `start` to `end`, and what the dictionary says it means."""

    meaning: str
    phrase: str
    start: int
    end: int


@lru_cache(maxsize=16)  # several fields are read from one description
def fold(text: str) -> str:
    """The form in which phrases are compared: lower case, dashes as blanks, plain quotes, single blanks."""
    if not text.isascii():
        for typographic, plain in _TYPOGRAPHY:
            text = text.replace(typographic, plain)
    try:
        encoded, encoding = text.encode("latin-1").translate(_LATIN_LOWER), "latin-1"
    except UnicodeEncodeError:
        encoded, encoding = text.lower().replace("\u0307", "").encode("utf-8", "surrogatepass"), "utf-8"
    first, *middle = encoded.split(b"-")
    if middle:  # blanks beside dashes are the most there are, and stripping them is quicker than looking for two
        last = middle.pop()
        encoded = b" ".join([first.rstrip(b" "), *[part.strip(b" ") for part in middle], last.lstrip(b" ")])
    while b"  " in encoded:
        encoded = encoded.replace(b"  ", b" ")
    return encoded.decode(encoding, "surrogatepass")


class Phrases:
    """The phrases of a dictionary, each with a meaning; a longer phrase hides the shorter ones within it.

    So "remote sensing" with a meaning of its own keeps "remote" from being found there.

    Raises:
        ConfigError: a phrase is empty, not a string, or has two meanings.
    """

    def __init__(self, meanings: Mapping[str, Sequence[str]]) -> None:
        self._meaning: dict[str, str] = {}
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                folded = fold(phrase).strip() if isinstance(phrase, str) else ""
                if not folded or self._meaning.setdefault(folded, meaning) != meaning:
                    raise ConfigError(
                        f"the phrase {phrase!r} of {meaning!r} is empty, no text, or stands elsewhere too"
                    )
        self._phrases = list(self._meaning)
        self._automaton = AhoCorasick(self._phrases, matchkind=MatchKind.Standard, implementation=Implementation.DFA)

    def find(self, folded: str) -> list[Found]:
        """The phrases in a folded text that stand there as whole words, in the order of the text."""
        hits = [
            (start, -end, self._phrases[index])
            for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            if _is_whole(folded, start, end)
        ]
        found: list[Found] = []
        covered = 0
        for start, end, phrase in sorted(hits):
            if start >= covered:
                covered = -end
                found.append(Found(self._meaning[phrase], phrase, start, covered))
        return found

    def meanings(self, text: str) -> set[str]:
        """What the phrases in a text that is not folded yet mean, all together."""
        return {found.meaning for found in self.find(fold(text))}


def section(file: str, name: str) -> dict[str, list[str]]:
    """A section of a dictionary: lists of phrases by their meaning.

    Raises:
        ConfigError: there is no such section, or it is not of that form.
    """
    content = taxonomy.document(file).get(name)
    if not isinstance(content, dict) or not all(isinstance(phrases, list) for phrases in content.values()):
        raise ConfigError(f"the dictionary {file} must map meanings to lists of phrases under {name!r}")
    return content


def labels(file: str) -> dict[str, list[str]]:
    """The words of a dictionary that stand before a colon, for `Phrases`: all mean "label"."""
    words = section(file, "labels").values()
    return {"label": [f"{word}{colon}" for phrases in words for word in phrases for colon in (":", " :")]}


def rest_of_line(folded: str, start: int) -> str:
    """What follows a label in its line; some feeds flatten lines, so no more than a few words of it."""
    return folded[start : start + _LABELLED].split("\n", 1)[0]


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a match does not begin or end within a word."""
    inside_left = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return not inside_left and not (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())
