"""The form of employment: full time, part time, contract, intern or temporary.

Belongs here: which of several statements counts. The phrases are in `config/taxonomy/contract.yml`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from job_etl.model import ContractType, Origin
from job_etl.normalize.phrases import Phrases, fold, labels, rest_of_line, section

_GIVEN = Origin("given", "employment type")
_GIVEN_PERMANENT = Origin("inferred", "employment type is permanent")
_TITLE = Origin("parsed", "title")
_TITLE_PERMANENT = Origin("inferred", "title says permanent")
_LABELLED = Origin("parsed", "description, labelled line")
_LABELLED_PERMANENT = Origin("inferred", "description, labelled line says permanent")
_HEADING = Origin("parsed", "description, its heading")
_HEADING_PERMANENT = Origin("inferred", "description, its heading says permanent")
_DESCRIPTION = Origin("parsed", "description")
_DESCRIPTION_PERMANENT = Origin("inferred", "description says permanent")

_DICTIONARY = "contract.yml"
_LONGEST_HEADING = 120
_WORD = re.compile(r"\w+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

# The narrower statement first: a full-time internship is an internship, a part-time freelancer a freelancer. Of
# "full time or part time" the full-time job can be had.
_ORDER = (
    ContractType.INTERN,
    ContractType.CONTRACT,
    ContractType.TEMP,
    ContractType.FULL_TIME,
    ContractType.PART_TIME,
)


@cache
def _phrases(name: str) -> Phrases:
    return Phrases(section(_DICTIONARY, name) | (labels(_DICTIONARY) if name == "description" else {}))


def classify_contract(
    given: str | None, title: str | None, description: str | None
) -> tuple[ContractType, Origin | None]:
    """Say what form of employment is offered, by the provider's field, then the title, then the description.

    A title that says internship or, beside a provider's hours, freelance is the narrower statement and counts. What
    is said to be permanent says nothing of the hours: they are looked for in the text, and where they are not said
    either it is taken for full time, and its origin says so.
    """
    provider = _of_given(given) if given else None
    text = _of_title(title) if title else None
    if provider and text and _is_narrower(text[0], provider[0]):
        return text
    if provider and provider[1] is not _GIVEN_PERMANENT:
        return provider
    if text is None and description:
        text = (_of_heading(title, description) if title else None) or _of_description(description)
    if provider and (text is None or text[0] not in (ContractType.FULL_TIME, ContractType.PART_TIME)):
        return provider
    return text or (ContractType.UNKNOWN, None)


_HOURS = frozenset({ContractType.FULL_TIME, ContractType.PART_TIME})


def _is_narrower(title: ContractType, provider: ContractType) -> bool:
    """Whether a title's form of employment says more than a provider's, which may tell no more than the hours."""
    if title is ContractType.INTERN:
        return provider is not ContractType.INTERN
    return provider in _HOURS and title in (ContractType.CONTRACT, ContractType.TEMP)


@lru_cache(maxsize=4096)
def _of_given(given: str) -> tuple[ContractType, Origin] | None:
    words = _CAMEL.sub(" ", given).replace("_", " ")
    return _judged(_phrases("given").meanings(words), _GIVEN, _GIVEN_PERMANENT)


@lru_cache(maxsize=1 << 14)
def _of_title(title: str) -> tuple[ContractType, Origin] | None:
    return _judged(_phrases("title").meanings(title), _TITLE, _TITLE_PERMANENT)


def _of_heading(title: str, description: str) -> tuple[ContractType, Origin] | None:
    """What the first line of a description says where it repeats the title: "Part-Time Law Librarian"."""
    heading = description.partition("\n")[0]
    if len(heading) > _LONGEST_HEADING or not set(_WORD.findall(title.lower())) <= set(_WORD.findall(heading.lower())):
        return None
    return _judged(_phrases("title").meanings(heading), _HEADING, _HEADING_PERMANENT)


def _of_description(description: str) -> tuple[ContractType, Origin] | None:
    folded = fold(description)
    labelled: set[str] = set()
    said: set[str] = set()
    for found in _phrases("description").find(folded):
        if found.meaning == "label":
            labelled |= _phrases("given").meanings(rest_of_line(folded, found.end))
        else:
            said.add(found.meaning)
    return _judged(labelled, _LABELLED, _LABELLED_PERMANENT) or _judged(said, _DESCRIPTION, _DESCRIPTION_PERMANENT)


def _judged(meanings: set[str], origin: Origin, permanent: Origin) -> tuple[ContractType, Origin] | None:
    for contract in _ORDER:
        if contract in meanings:
            return contract, origin
    return (ContractType.FULL_TIME, permanent) if "permanent" in meanings else None
