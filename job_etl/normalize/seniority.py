"""The level of a role: from its title, else the years its description asks for, else the provider's word.

Belongs here: how the evidence is weighed. The words of nine languages are in `config/taxonomy/seniority.yml`.

A manager of a function (account, project, product) is counted as senior and a head, team lead or manager of people as
lead, directors and above as executive: the way of the providers and labelled sets that tell these apart. A title that
begins with the rank ("Senior Manager, Payroll") is a lead's, as English writes it. What only the name of the role
suggests is the last resort, after the description and the provider.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from job_etl.model import Origin, Seniority
from job_etl.normalize import taxonomy
from job_etl.normalize.phrases import Phrases, fold

_STATED = {
    "intern": Seniority.INTERN,
    "junior": Seniority.JUNIOR,
    "executive": Seniority.EXECUTIVE,
    "lead": Seniority.LEAD,
    "senior": Seniority.SENIOR,
    "intermediate": Seniority.INTERMEDIATE,
    "junior_grade": Seniority.JUNIOR,
}
_SUGGESTED = {
    "manager_of_people": Seniority.LEAD,
    "manager_of_a_function": Seniority.SENIOR,
    "entry_role": Seniority.JUNIOR,
}
_PROVIDERS = {
    "given_intern": Seniority.INTERN,
    "given_junior": Seniority.JUNIOR,
    "given_executive": Seniority.EXECUTIVE,
    "given_lead": Seniority.LEAD,
    "given_senior": Seniority.SENIOR,
    "given_intermediate": Seniority.INTERMEDIATE,
}
_PLAIN = "no_experience_asked"
_JUNIOR_YEARS, _SENIOR_YEARS, _MOST_YEARS = 1, 5, 15

_YEARS = re.compile(
    r"[0-9][0-9]?\+?(?: ?(?:-|–|to|bis|à|a|or|oder|ou) ?[0-9]{1,2}\+?)?[ \u00a0]?(?:\(\w+\) )?"
    r"(?:full |volle |plus |or more )?"
    r"(?:[Yy]ears?|YEARS|[Yy]rs?|[Jj]ahre?n?|ans|années|años|anni|anos|jaar|lata?|års?)\b"
)
_LONGEST_NUMBER, _LONGEST_ENDING = 60, 4
_EXPERIENCE = re.compile(
    r"experience|erfahrung|expérience|experiencia|ervaring|esperienza|experiência|doświadczeni|erfarenhet|praxis"
    r"|\b(?:in|with|working|building|as|als|mit|en tant que)\b"
)
_NOT_ASKED = re.compile(
    r"\b(?:our|we|we've|we’ve|company|firm|founded|history|wir|unser\w*|seit|nous|notre|nuestra|over the (?:last|past)|"
    r"for (?:over|more than)|age|aged|old|client\w*|combined|collective|next|within|contract|bonus|vest\w*|warranty|"
    r"anniversar\w*|jubil\w*|tenure|sabbatical|of service)\b"
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The compiled sections of the dictionary."""
    return {section: re.compile(rf"(?<!\w)(?:{lines})(?!\w)") for section, lines in _sections().items()}


@cache
def _any_level() -> re.Pattern[str]:
    """Every section about titles as a group of its name, for one pass over a title."""
    groups = (f"(?P<{section}>{_sections()[section]})" for section in (*_STATED, *_SUGGESTED))
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)")


@cache
def _sections() -> dict[str, str]:
    """The lines of each section as alternatives."""
    return {
        section: "|".join(f"(?:{line.strip()})" for line in lines.splitlines() if line.strip())
        for section, lines in taxonomy.document("seniority.yml").items()
        if section != _PLAIN
    }


@cache
def _no_experience_asked() -> Phrases:
    lines = str(taxonomy.document("seniority.yml").get(_PLAIN, "")).splitlines()
    return Phrases({_PLAIN: [line for line in lines if line.strip()]})


@lru_cache(maxsize=1 << 15)
def _from_title(title: str) -> tuple[Seniority, str, bool] | None:
    """The level of a folded title, the section of the dictionary that says so, and whether it is stated outright."""
    if not _any_level().search(title):
        return None
    said = _patterns()["not_a_level"].sub(" ", title)
    sections = {str(match.lastgroup) for match in _any_level().finditer(said)}
    for levels in (_STATED, _SUGGESTED):
        for section, level in levels.items():
            if section in sections:
                return level, section, levels is _STATED
    return None


@cache
def _year_words() -> AhoCorasick:
    words = (
        "year",
        "Year",
        "YEAR",
        "yr",
        "Yr",
        "YR",
        "jahr",
        "Jahr",
        "ans",
        "ann",
        "años",
        "anos",
        "jaar",
        "lat",
        "år",
    )
    patterns = [before + word for before in " +0123456789" for word in words]
    return AhoCorasick(patterns, implementation=Implementation.DFA)


def _numbers_of_years(description: str) -> Iterator[re.Match[str]]:
    """Every match of `_YEARS`, some of them twice; it is searched only around words that it can end in."""
    for _, start, end in _year_words().find_matches_as_indexes(description):
        yield from _YEARS.finditer(description, max(0, start - _LONGEST_NUMBER), end + _LONGEST_ENDING)


def years_asked(description: str) -> int | None:
    """The most years of experience a description asks for, of a range its lower end; None where it asks for none."""
    asked = []
    for match in _numbers_of_years(description):
        years = int(match[0][:2] if match[0][:2].isdigit() else match[0][0])
        before = description[match.start() - 1 : match.start()]
        if years > _MOST_YEARS or before.isalnum() or before in (".", ","):
            continue
        start = max(description.rfind("\n", 0, match.start()) + 1, match.start() - 50)
        end = description.find("\n", match.end(), match.end() + 60)
        around = description[start : end if end >= 0 else match.end() + 60].lower()
        if _EXPERIENCE.search(around) and not _NOT_ASKED.search(around, 0, match.end() + 12 - start):
            asked.append(years)
    return max(asked, default=None)


def _from_description(description: str) -> tuple[Seniority, str] | None:
    years = years_asked(description)
    if years is None:
        nobody = _no_experience_asked().find(fold(description))
        return (Seniority.JUNIOR, "no experience asked") if nobody else None
    if years <= _JUNIOR_YEARS:
        return Seniority.JUNIOR, "years asked"
    return (Seniority.INTERMEDIATE if years < _SENIOR_YEARS else Seniority.SENIOR), "years asked"


def classify_seniority(
    title: str | None, *, description: str | None, given: str | None
) -> tuple[Seniority, Origin | None]:
    """The level of a role and where it was read; (unknown, None) where nothing tells.

    In order: the title's words, the years of experience the description asks for (up to 1 junior, 2 to 4 intermediate,
    5 and more senior), the provider's level, and last what the name of the role suggests (`inferred`).
    """
    named = _from_title(" ".join(title.lower().split())) if title else None
    if named and named[2]:
        return named[0], Origin("parsed", f"seniority/title: {named[1]}")
    if description and (asked := _from_description(description)):
        return asked[0], Origin("parsed", f"seniority/description: {asked[1]}")
    if given:
        word = given.lower()
        for section, level in _PROVIDERS.items():
            if _patterns()[section].search(word):
                return level, Origin("given", "seniority")
    if named:
        return named[0], Origin("inferred", f"seniority/role: {named[1]}")
    return Seniority.UNKNOWN, None
