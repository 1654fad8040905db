"""Prose and names without meaning: text of any length that takes as much room as real text does.

Belongs here: making up words. Half of them are the sample's own English, as often as they stand there, so that a
compressor finds in it what it finds in advertisements: zlib halves a payload, as it does real ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

from job_etl.sample.dice import Dice
from job_etl.sample.parts import parts

_ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v", "w")
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "ou", "y")
_CODAS = ("", "l", "n", "r", "s", "m", "th", "nd")
_SYLLABLES = tuple(map("".join, itertools.product(_ONSETS, _NUCLEI, _CODAS)))
_ENDINGS = ("", "", "", "er", "ing", "ly", "ed", "a", "os")
_TRADES = ("Systems", "Labs", "Health", "Energy", "Foods", "Logistics", "Software", "Partners", "Group", "Robotics")
_CHARACTERS_A_WORD = 8


def word(dice: Dice) -> str:
    """A word that means nothing."""
    return dice.one(_SYLLABLES) + dice.one(_SYLLABLES) + dice.one(_ENDINGS)


def company(dice: Dice) -> str:
    """A company's name."""
    return f"{word(dice).capitalize()} {dice.one(_TRADES)}"


def sentences(dice: Dice, characters: int) -> Iterator[str]:
    """About so many characters of sentences, each with a word that hardly stands anywhere else."""
    vocabulary, random = _vocabulary(), dice.random
    count = len(vocabulary)
    words = [vocabulary[int(random() * count)] for _ in range(characters // _CHARACTERS_A_WORD)]
    while words:
        length = dice.number(10, 24)
        yield f"{' '.join(words[:length]).capitalize()} {word(dice)}."
        del words[:length]


@cache
def _vocabulary() -> list[str]:
    """Every word of the sample's English texts each time it stands there, and half as many that mean nothing."""
    texts = [line for role in parts().roles.values() for line in (*role.texts["en"].duties, *role.texts["en"].asks)]
    texts += [pitch.about for employer in parts().employers.values() for pitch in employer.texts.values()]
    real = [written.strip(".,;:()") for text in texts for written in text.split() if "{" not in written]
    dice = Dice("vocabulary")
    return real + [word(dice) for _ in range(len(real) // 2)]
