"""Finding the phrases of a dictionary in a text, in one pass whatever the number of phrases.

Belongs here: how a phrase is found. Which phrases mean what is data in `config/taxonomy/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from job_etl.errors import ConfigError


class Found(NamedTuple):
    """A phrase found in a folded text at `start` to `end`, and what the dictionary says it means."""

    meaning: str
    phrase: str
    start: int
    end: int


def fold(text: str) -> str:
    """The form in which phrases are compared: lower case, hyphens as blanks, one kind of apostrophe, single blanks."""
    folded = text.lower().replace("-", " ").replace("’", "'")
    if not folded.isascii():
        folded = folded.replace("‑", " ").replace("–", " ").replace("\u0307", "")
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded


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
        self._automaton = AhoCorasick(self._phrases, matchkind=MatchKind.LeftmostLongest)

    def find(self, folded: str) -> Iterator[Found]:
        """The phrases in a folded text that stand there as whole words, in the order of the text."""
        for index, start, end in self._automaton.find_matches_as_indexes(folded):
            before = folded[start - 1 : start]
            after = folded[end : end + 1]
            phrase = self._phrases[index]
            if (before.isalnum() and phrase[0].isalnum()) or (after.isalnum() and phrase[-1].isalnum()):
                continue
            yield Found(self._meaning[phrase], phrase, start, end)

    def meanings(self, text: str) -> set[str]:
        """What the phrases in a text that is not folded yet mean, all together."""
        return {found.meaning for found in self.find(fold(text))}
