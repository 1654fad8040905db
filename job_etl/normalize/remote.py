"""Where the work is done: remote, hybrid or on site.

Belongs here: which of several statements counts. The phrases are in `config/taxonomy/remote.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from job_etl.model import Origin, RemoteType
from job_etl.normalize.phrases import Phrases, fold, labels, rest_of_line, section

_FLAG = Origin("given", "remote flag")
_NOT_FLAGGED = Origin("inferred", "remote flag is false")
_WORD = Origin("given", "workplace type")
_LOCATION = Origin("parsed", "location")
_TITLE = Origin("parsed", "title")
_LABELLED = Origin("parsed", "description, labelled line")
_ROLE = Origin("parsed", "description, of the role")
_EMPLOYER = Origin("inferred", "description, of the employer")

_ALL_DAYS = re.compile(r"(?<![1-4] )(?<! to )(?<! or )(?:5|five)")  # no range of days, folded: "3 5 days"
_SOME_DAYS = re.compile(
    r"\b(?:[1-4]|one|two|three|un|une|deux|trois|ein|einen|zwei|drei)"
    r"(?: ?(?:\+|(?:/|to|bis|à|a|ou|oder|or|o)? ?[2-4]))? ?"
    r"(?:jours?|j\b|days?|tage?n?\b|días?|dagen|dag\b|giorni|giorno|dias?|dni|dzień|dagar)"
)
"""Some of the week's days, folded: what is done at home on them is hybrid work."""

_DICTIONARY = "remote.yml"
_OF_EMPLOYER = "employer "


@cache
def _phrases(name: str) -> Phrases:
    return Phrases(section(_DICTIONARY, name))


@cache
def _description_phrases() -> Phrases:
    """The phrases about the role, those about the employer ("employer remote") and the labels, for one pass."""
    employer = {_OF_EMPLOYER + meaning: phrases for meaning, phrases in section(_DICTIONARY, "employer").items()}
    return Phrases(section(_DICTIONARY, "role") | employer | labels(_DICTIONARY))


def classify_remote(
    given: bool | str | None,
    location_hint: RemoteType | None,
    title: str | None,
    description: str | None,
    locations: Sequence[str],
) -> tuple[RemoteType, Origin | None]:
    """Say where the work is done, by the provider's field, then the places, the title and the description.

    A flag is coarser than a word: a note beside the title or the place may call a remote job hybrid, and a flag
    that is false says only that the job is not known to be remote, so what the text says goes before it.
    """
    if isinstance(given, str) and (word := _judged(_phrases("given").meanings(given))):
        return word, _WORD
    note = _from_notes(location_hint, title, locations)
    if given is True:
        return note if note[0] is RemoteType.HYBRID else (RemoteType.REMOTE, _FLAG)
    if note[0] is not RemoteType.UNKNOWN:
        return note
    said = _from_description(description) if description else (RemoteType.UNKNOWN, None)
    if given is False and said[0] is RemoteType.REMOTE and said[1] is _EMPLOYER:
        said = (RemoteType.UNKNOWN, None)
    if given is False and said[0] is RemoteType.UNKNOWN:
        return RemoteType.ONSITE, _NOT_FLAGGED
    return said


def _judged(meanings: set[str]) -> RemoteType | None:
    """One answer from several: a choice between home and office is hybrid work."""
    said = meanings & {"remote", "hybrid", "onsite"}
    if "hybrid" in said or said == {"remote", "onsite"}:
        return RemoteType.HYBRID
    return RemoteType(said.pop()) if said else None


def _from_notes(
    location_hint: RemoteType | None, title: str | None, locations: Sequence[str]
) -> tuple[RemoteType, Origin | None]:
    notes = _phrases("note")
    meanings = {meaning for location in locations for meaning in notes.meanings(location)}
    if place := _judged(meanings):
        return place, _LOCATION
    if location_hint is not None:
        return location_hint, _LOCATION
    if title and (role := _judged(notes.meanings(title))):
        return role, _TITLE
    return RemoteType.UNKNOWN, None


def _of_label(rest: str) -> set[str]:
    """What follows a label in its line: remote work on some of the days is hybrid."""
    meanings = _phrases("note").meanings(rest)
    return {"hybrid"} if "remote" in meanings and _SOME_DAYS.search(rest) else meanings


def _from_description(description: str) -> tuple[RemoteType, Origin | None]:
    folded = fold(description)
    labelled: set[str] = set()
    role: set[str] = set()
    employer: set[str] = set()
    for meaning, _, start, end in _description_phrases().find(folded):
        if meaning == "label":
            labelled |= _of_label(rest_of_line(folded, end))
        elif meaning == "office_days":
            days = folded[max(0, start - 10) : end + 3]
            role.add("onsite" if _ALL_DAYS.search(days) else "hybrid")
        elif meaning.startswith(_OF_EMPLOYER):
            employer.add(meaning.removeprefix(_OF_EMPLOYER))
        else:
            role.add(meaning)
    for meanings, origin in ((labelled, _LABELLED), (role, _ROLE), (employer, _EMPLOYER)):
        if answer := _judged(meanings):
            return answer, origin
    return RemoteType.UNKNOWN, None
