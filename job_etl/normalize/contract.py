"""The form of employment: full time, part time, contract, intern or temporary.

Belongs here: which of several statements counts. The phrases are in `config/taxonomy/contract.yml`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from job_etl.model import ContractType, Origin
from job_etl.normalize import taxonomy
from job_etl.normalize.phrases import Phrases, fold

_GIVEN = Origin("given", "employment type")
_GIVEN_PERMANENT = Origin("inferred", "employment type is permanent")
_TITLE = Origin("parsed", "title")
_TITLE_PERMANENT = Origin("inferred", "title says permanent")
_DESCRIPTION = Origin("parsed", "description")
_DESCRIPTION_PERMANENT = Origin("inferred", "description says permanent")

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
def _phrases(section: str) -> Phrases:
    return Phrases(taxonomy.document("contract.yml")[section])


def classify_contract(
    given: str | None, title: str | None, description: str | None
) -> tuple[ContractType, Origin | None]:
    """Say what form of employment is offered, by the provider's field, then the title, then the description.

    What is said to be permanent and nothing else is taken for full time, and its origin says so.
    """
    if given and (said := _of_given(given)):
        return said
    if title and (said := _judged(_phrases("title").meanings(title), _TITLE, _TITLE_PERMANENT)):
        return said
    if description and (said := _of_description(description)):
        return said
    return ContractType.UNKNOWN, None


@lru_cache(maxsize=4096)
def _of_given(given: str) -> tuple[ContractType, Origin] | None:
    return _judged(_phrases("given").meanings(given.replace("_", " ")), _GIVEN, _GIVEN_PERMANENT)


def _of_description(description: str) -> tuple[ContractType, Origin] | None:
    return _judged(
        {found.meaning for found in _phrases("description").find(fold(description))},
        _DESCRIPTION,
        _DESCRIPTION_PERMANENT,
    )


def _judged(meanings: set[str], origin: Origin, permanent: Origin) -> tuple[ContractType, Origin] | None:
    for contract in _ORDER:
        if contract in meanings:
            return contract, origin
    return (ContractType.FULL_TIME, permanent) if "permanent" in meanings else None
