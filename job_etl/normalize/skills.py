"""Skills named in a posting: in the provider's tags, the title and the description.

Belongs here: how a text is searched and what a mention means. The skills, their aliases and parents are in
`config/taxonomy/skills.tsv`, the words around them in `skill_cues.yml`.

A text is searched once, by an Aho-Corasick automaton that takes the leftmost, longest phrase. Texts and phrases are
folded alike to words between double blanks, so a phrase matches whole words only and neighbours do not share a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from ahocorasick_rs import MATCHKIND_LEFTMOST_LONGEST, BytesAhoCorasick

from job_etl.errors import ConfigError
from job_etl.normalize import taxonomy
from job_etl.normalize.company import company_match_key

Need = Literal["required", "preferred", "mentioned"]
Where = Literal["title", "tags", "description"]

_LINE = b"\x01"
_BLANKS = b"  "
_TYPOGRAPHY = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("–", ","),
    ("—", ","),
    ("•", ","),
    ("●", ","),
    ("▪", ","),
)
_OWN_WORDS = ((b"\n", b" \x01 "), (b",", b" , "), (b"/", b" / "), (b"&", b" and "))
_ABBREVIATIONS = frozenset({b"e.g", b"i.e", b"z.B"})
_LIST_WORDS = frozenset(b", / and or und oder et ou y o e i lub och eller en".split())
_OR = frozenset(b"/ or nor oder ou o of lub eller ni ani".split())
_FILLERS = frozenset(
    b"prior previous need for any knowledge of experience in with is are skills kenntnisse erfahrung en de".split()
)
_CUES = (
    "not_a_skill",
    "required",
    "preferred",
    "neutral",
    "ignored",
    "about_employer",
    "employer_says",
    "not_asked",
    "negation_before",
    "negation_to_confirm",
    "negation_after",
)
_DENIALS = frozenset({"negation_before", "negation_to_confirm", "negation_after"})
_NEEDS: dict[str, Need] = {
    "required": "required",
    "preferred": "preferred",
    "neutral": "mentioned",
    "about_employer": "mentioned",
    "employer_says": "mentioned",
}
_HEADINGS_ONLY = frozenset({"neutral", "ignored", "about_employer"})
_OF_EMPLOYER = frozenset({"about_employer", "employer_says"})
_NOTHING = frozenset({"ignored", "not_asked"})
_NO_WORD_OF = b" ,#&/?.0123456789"
"""What may stand before the first word of a heading."""
_EMPLOYER_PART = 1_200
"""How many bytes after its heading can be the employer's account of itself: the next heading may be one of no list."""
_SECTIONS = frozenset(_NEEDS) | _NOTHING
_RANK: dict[Need, int] = {"mentioned": 0, "preferred": 1, "required": 2}
_HEADING_WORDS, _HEADING_BYTES = 8, 120
_INITIALS, _JOINT_WORDS = 2, 4
_CONFIRMED_WITHIN, _FILLERS_BYTES = 60, 60
_LONGEST_NAME = 60
_FIELD_BYTES = 600
"""How near another skill of a field tells that a word of several fields is meant in it."""


_CURRENCIES = frozenset({b" CAD ", b" PHP "})
"""Names of skills that are codes of currencies too (ISO 4217), folded."""

_AMOUNT_BEFORE = re.compile(rb"(?:\$\d[\d.]*|\d[kK]|[,.] *\d{3}|\d  \d{3}|\d{5})(?:\.\d\d)? *$")
_AMOUNT_AFTER = re.compile(rb" *\$?(?:\d[\d.]*[kK]|\d+ *[,. ] *\d{3}|\d{5}) ")


def _byte_table(*groups: tuple[bytes, bytes]) -> bytes:
    table = bytearray(range(256))
    for characters, replacement in groups:
        for character in characters:
            table[character] = replacement[0]
    return bytes(table)


_PUNCTUATION = _byte_table(
    (b"\x01-_\"?!'`*<>=~^\xa0\xa1\xab\xad\xb4\xb7\xbb\xbf", b" "), (b";:|()[]{}", b","), (b"\\", b"/")
)
_LOWER = bytes(range(256)).decode("latin-1").lower().encode("latin-1")


class _Match(Enum):
    """When a phrase counts: always, in its exact spelling, or in its exact spelling and in context."""

    ANY = auto()
    CASED = auto()
    CONTEXT = auto()


@dataclass(frozen=True, slots=True)
class Skill:
    """An entry of the dictionary; `parent` is the name of another entry, or empty for a root."""

    name: str
    parent: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill a posting names: how much it is asked for and where it was first found."""

    skill: str
    need: Need
    where: Where


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What a pattern of the automaton stands for: a skill with its folded spelling, or a cue of one kind.

    `asked` marks the name of a trade, which is a skill only where it is asked for. `field` is the parent of a skill
    whose phrase is a word of several fields, and empty for the others.
    """

    skill: str
    match: _Match = _Match.ANY
    spelling: bytes = b""
    cue: str = ""
    technical: bool = False
    language: bool = False
    asked: bool = False
    field: str = ""
    parent: str = ""


class _Found(NamedTuple):
    """A phrase at a place of a folded text, and whether it is spelt as in the dictionary."""

    phrase: _Phrase
    start: int
    end: int
    as_written: bool


def _fold(text: str) -> bytes:
    """Words and punctuation between double blanks, case kept, one byte a character; lines and sentences end in \\x01.

    What Latin-1 lacks becomes "?", in the dictionary as in the text: the words stay distinct, and bytes are searched in
    a third of the time.
    """
    if not text.isascii():
        for typographic, plain in _TYPOGRAPHY:
            text = text.replace(typographic, plain)
    folded = text.encode("latin-1", "replace").translate(_PUNCTUATION) + b" "
    for mark, word in _OWN_WORDS:
        folded = folded.replace(mark, word)
    return b" %b " % _BLANKS.join(_with_sentences_parted(folded).split())


def _with_sentences_parted(folded: bytes) -> bytes:
    """A stop before a blank as a word of its own, abbreviations left out; other stops stay in their words.

    A search for ". " takes longer than this, since most places of a text look like its end.
    """
    first, *others = folded.split(b".")
    pieces = [first]
    for other in others:
        if not other.startswith(b" "):
            pieces += b".", other
        elif len(pieces[-1]) == 1 and len(pieces) > 2 and pieces[-3][-1:] + b"." + pieces[-1] in _ABBREVIATIONS:
            pieces[-3:] = pieces[-3][:-1], other
        else:
            pieces += b" \x01", other
    return b"".join(pieces)


@cache
def dictionary() -> dict[str, Skill]:
    """Every entry of `skills.tsv` by name.

    Raises:
        ConfigError: a name is there twice or a parent is missing.
    """
    skills: dict[str, Skill] = {}
    for number, row in taxonomy.table("skills.tsv", ("skill", "parent", "match", "aliases")):
        name = row["skill"]
        if name in skills:
            raise ConfigError(f"skills.tsv: line {number} repeats the skill {name}")
        skills[name] = Skill(
            name, row["parent"], tuple(alias for part in row["aliases"].split(";") if (alias := part.strip()))
        )
    for skill in skills.values():
        if skill.parent and skill.parent not in skills:
            raise ConfigError(f"skills.tsv: the parent {skill.parent} of {skill.name} is not in the file")
    return skills


_TECHNICAL, _LANGUAGES = "Technology", "Languages"
_MARKS = {"~": _Match.CONTEXT, "=": _Match.CASED}
_MATCHES = {"": _Match.ANY, "asked": _Match.ANY, "field": _Match.ANY, "cased": _Match.CASED, "context": _Match.CONTEXT}


def _spellings() -> Iterator[_Phrase]:
    """Every way of writing every skill, names first, so that a name wins over another skill's alias."""
    rows = list(taxonomy.table("skills.tsv", ("skill", "parent", "match", "aliases")))
    bare = {
        row["skill"]: _Phrase(
            row["skill"],
            technical=_TECHNICAL in (row["skill"], *ancestors(row["skill"])),
            language=row["parent"] == _LANGUAGES,
            asked=row["match"] == "asked",
            parent=row["parent"],
        )
        for _, row in rows
    }
    for _, row in rows:
        if row["match"] in _MATCHES:
            field = row["parent"] if row["match"] == "field" else ""
            yield replace(bare[row["skill"]], match=_MATCHES[row["match"]], spelling=_fold(row["skill"]), field=field)
    for _, row in rows:
        for alias in filter(None, map(str.strip, row["aliases"].split(";"))):
            field, plain = (row["parent"], alias[1:]) if alias.startswith("^") else ("", alias)
            match = _MARKS.get(plain[0], _Match.ANY)
            yield replace(bare[row["skill"]], match=match, spelling=_fold(plain.lstrip("~=")), field=field)


@cache
def _automaton() -> tuple[BytesAhoCorasick, list[_Phrase], dict[bytes, int]]:
    """The automaton, what each of its patterns stands for, and the place of each pattern."""
    phrases: dict[bytes, _Phrase] = {}
    for cue in _CUES:
        for words in taxonomy.document("skill_cues.yml").get(cue, []):
            phrases.setdefault(_fold(words).translate(_LOWER), _Phrase("", cue=cue))
    for phrase in _spellings():
        pattern = phrase.spelling.translate(_LOWER)
        phrases.setdefault(pattern, phrase)
        if phrase.match is _Match.ANY and len(pattern) > 5 and pattern[-2:-1].isalpha() and pattern[-2:-1] != b"s":
            phrases.setdefault(pattern[:-1] + b"s ", phrase)
    places = {pattern: place for place, pattern in enumerate(phrases)}
    return BytesAhoCorasick(list(phrases), matchkind=MATCHKIND_LEFTMOST_LONGEST), list(phrases.values()), places


@cache
def _context() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Folded cue phrases that stand before and after an ambiguous name."""
    cues = taxonomy.document("skill_cues.yml")
    before, after = (
        tuple(_fold(words).translate(_LOWER) for words in cues.get(f"context_{side}", []))
        for side in ("before", "after")
    )
    return before, after


@cache
def _confirmations() -> frozenset[bytes]:
    """Words that make a preceding "no" a denial."""
    words = taxonomy.document("skill_cues.yml").get("negation_confirmed", [])
    return frozenset(_fold(word).translate(_LOWER).strip() for word in words)


@cache
def _others() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What follows the name of a skill that stands for people, and the name of a language that stands for a country."""
    cues = taxonomy.document("skill_cues.yml")
    people, country = (
        re.compile(b"|".join(re.escape(_fold(words)) for words in cues.get(name, [])), re.I)
        for name in ("people_after", "country_after")
    )
    return people, country


@cache
def _of_company() -> re.Pattern[bytes]:
    """What follows the name of a technology in a company's, in its own case."""
    words = taxonomy.document("skill_cues.yml").get("company_after", [])
    return re.compile(b"|".join(re.escape(_fold(word)) for word in words))


@cache
def _by_letters() -> dict[bytes, str]:
    """The skill of every spelling without its blanks, in small letters."""
    return {phrase.spelling.translate(_LOWER).replace(b" ", b""): phrase.skill for phrase in _spellings()}


@lru_cache(maxsize=1 << 13)
def _employer(company: str | None) -> tuple[bytes, frozenset[str]]:
    """The letters of an employer's name, and the skills whose names begin or end it; nothing where there are none."""
    letters = _fold(company_match_key(company)).translate(_LOWER).replace(b" ", b"")
    known = _by_letters()
    parts = (part for end in range(1, len(letters) + 1) for part in (letters[:end], letters[-end:]))
    skills = frozenset(known[part] for part in parts if part in known)
    return (letters, skills) if skills else (b"", frozenset())


def _of_employer(folded: bytes, found: list[_Found], employer: bytes, skills: frozenset[str]) -> set[int]:
    """Places of names that are the employer's own, alone or with the word beside them ("Ansible" of "Ansible Health").

    Alone it is meant as a skill beside a word that says so, and in a list with another technology.
    """
    own: set[int] = set()
    alone: list[int] = []
    short = {employer}
    for place, (phrase, start, end, _) in enumerate(found):
        if phrase.skill not in skills:
            continue
        letters = _letters(folded[start:end])
        before = _letters(folded[max(0, start - _LONGEST_NAME) : start].rpartition(_BLANKS)[2])
        after = _letters(folded[end : end + _LONGEST_NAME].partition(_BLANKS)[0])
        if after and employer.startswith(letters + after):
            short.add(letters)
            own.add(place)
        elif before and employer.endswith(before + letters):
            own.add(place)
        else:
            alone.append(place)
    for place in alone:
        _, start, end, _ = found[place]
        if _letters(folded[start:end]) in short and not (
            _in_context(folded, start, end) or _is_among_technologies(folded, found, place)
        ):
            own.add(place)
    return own


def _letters(folded: bytes) -> bytes:
    return folded.translate(_LOWER).replace(b" ", b"")


def _is_among_technologies(folded: bytes, found: list[_Found], place: int) -> bool:
    """Whether a name stands in one list with a technology."""
    near = [pair for pair in ((place - 1, place), (place, place + 1)) if pair[0] >= 0 and pair[1] < len(found)]
    return any(
        found[second if first == place else first].phrase.technical
        and folded[found[first].end : found[second].start].strip()
        and _listed(folded, found[first].end, found[second].start)
        for first, second in near
    )


@cache
def _exactly() -> tuple[list[bytes], frozenset[int]]:
    """By pattern the spelling that it has to have, empty for any; and the patterns that are currencies too."""
    _, phrases, _ = _automaton()
    spellings = [b"" if phrase.match is _Match.ANY else phrase.spelling for phrase in phrases]
    return spellings, frozenset(place for place, phrase in enumerate(phrases) if phrase.spelling in _CURRENCIES)


def _find(folded: bytes) -> list[_Found]:
    """Skills and cues in a folded text, in order; a name in another case than its own is left out."""
    automaton, phrases, _ = _automaton()
    spellings, currencies = _exactly()
    found: list[_Found] = []
    add, new = found.append, tuple.__new__  # a third of a named tuple's time, for each of some sixty of a text
    for pattern, start, end in automaton.find_matches_as_indexes(folded.translate(_LOWER)):
        if pattern in currencies and _is_money(folded, start, end):
            continue
        spelling = spellings[pattern]
        add(new(_Found, (phrases[pattern], start, end, not spelling or folded[start:end] == spelling)))
    return found


def _is_money(folded: bytes, start: int, end: int) -> bool:
    """Whether an amount stands on either side of what may be a currency."""
    return bool(_AMOUNT_BEFORE.search(folded[max(0, start - 24) : start]) or _AMOUNT_AFTER.match(folded, end))


def _listed(folded: bytes, end: int, start: int) -> bool:
    """Whether only list words stand between two positions."""
    return start - end < 24 and all(word in _LIST_WORDS for word in folded[end:start].translate(_LOWER).split())


def _in_context(folded: bytes, start: int, end: int) -> bool:
    """Whether a word beside a name says that it is a technology."""
    before, after = _context()
    left = b" %b " % folded[max(0, start - 60) : start].strip().translate(_LOWER)
    return left.endswith(before) or folded[end : end + 24].translate(_LOWER).startswith(after)


def _meant(folded: bytes, found: list[_Found]) -> list[_Found]:
    """Without the ambiguous names that nothing shows to be meant.

    A name in its own spelling is meant beside a cue, and in a list with a technology or another such name; in another
    case only in a list between two technologies, or after two.
    """
    sure = [
        as_written and (phrase.match is not _Match.CONTEXT or _in_context(folded, start, end))
        for phrase, start, end, as_written in found
    ]
    unsure = [place for place, is_sure in enumerate(sure) if not is_sure]
    if not unsure:
        return found

    def linked(place: int, other: int) -> bool:
        """Whether two neighbours stand in one list."""
        if not 0 <= other < len(found) or not found[other].phrase.skill:
            return False
        first, second = sorted((place, other))
        return _listed(folded, found[first].end, found[second].start)

    def technology(place: int, other: int) -> bool:
        return linked(place, other) and sure[other] and found[other].phrase.technical

    for place in (*unsure, *reversed(unsure)):
        name = found[place]
        for other in (place - 1, place + 1):
            if name.as_written and not sure[place] and linked(place, other) and found[other].as_written:
                both_ambiguous = not sure[other] and len(name.phrase.skill + found[other].phrase.skill) > _INITIALS
                sure[place] = both_ambiguous or technology(place, other)
    for place in unsure:
        if not sure[place] and technology(place, place - 1):
            sure[place] = technology(place, place + 1) or technology(place - 1, place - 2)
    return [match for match, is_sure in zip(found, sure, strict=True) if is_sure]


def _not_meant(folded: bytes, found: list[_Found]) -> set[int]:
    """Places of names that mean others: "the sales and legal teams" are colleagues, "German law" is a country's.

    So does a technology's in a company's: "Spark Capital".
    """
    people, country = _others()
    company = _of_company()
    others: set[int] = set()
    for place, (phrase, start, end, _) in enumerate(found):
        if phrase.cue:
            continue
        if phrase.technical:
            if (
                folded[end + 1 : end + 2].isupper()
                and folded[start + 1 : start + 2].isupper()
                and not folded[start:end].isupper()
                and company.match(folded, end)
            ):
                others.add(place)
            continue
        if phrase.language:
            if country.match(folded, end):
                others.add(place)
        elif people.match(folded, end):
            others.add(place)
            while place and _is_listed_before(folded, found[place - 1], found[place]):
                place -= 1
                others.add(place)
    return others


def _of_other_fields(folded: bytes, found: list[_Found]) -> set[int]:
    """Places of words of several fields that have no other skill of theirs near them ("data hygiene").

    Beside a word that says so they are skills all the same ("experience with ROS").
    """
    unsure = [place for place, match in enumerate(found) if match.phrase.field]
    if not unsure:
        return set()
    sure = [match for match in found if match.phrase.skill and not match.phrase.field]
    others: set[int] = set()
    for place in unsure:
        phrase, start, end, _ = found[place]
        near = (other.phrase for other in sure if start - _FIELD_BYTES < other.start < start + _FIELD_BYTES)
        if (
            not any(phrase.field in (other.parent, other.skill) for other in near)
            and not _in_context(folded, start, end)
            and not (phrase.match is _Match.CASED and _is_among_technologies(folded, found, place))
        ):
            others.add(place)
    return others


def _is_listed_before(folded: bytes, first: _Found, second: _Found) -> bool:
    """Whether a name that is no technology is joined to the next, with one unknown name between them at most."""
    between = folded[first.end : second.start].translate(_LOWER).split()
    return (
        bool(first.phrase.skill)
        and not first.phrase.technical
        and 0 < len(between) <= _JOINT_WORDS
        and between[0] in _LIST_WORDS
        and between[-1] in _LIST_WORDS
    )


def _negated(folded: bytes, found: list[_Found]) -> set[int]:
    """Places of skills that a posting says it does not ask for, lists closed by "or" included."""
    denied: set[int] = set()
    if _DENIALS.isdisjoint([match.phrase.cue for match in found]):
        return denied
    for place, match in enumerate(found):
        if match.phrase.cue not in _DENIALS:
            continue
        if match.phrase.cue != "negation_after" and place + 1 < len(found):
            if _are_fillers(folded, match.end, found[place + 1].start):
                places = _list_from(folded, found, place + 1)
                after = (
                    folded[found[places[-1]].end :][:_CONFIRMED_WITHIN].partition(_LINE)[0].translate(_LOWER).split()
                )
                if match.phrase.cue == "negation_before" or not _confirmations().isdisjoint(after):
                    denied.update(places)
        elif match.phrase.cue == "negation_after" and place and _are_fillers(folded, found[place - 1].end, match.start):
            denied.add(place - 1)
    return denied


def _are_fillers(folded: bytes, end: int, start: int) -> bool:
    """Whether only a few words without meaning stand between two positions."""
    if start - end > _FILLERS_BYTES:
        return False
    between = folded[end:start].translate(_LOWER).split()
    return len(between) <= 3 and _FILLERS.issuperset(between)


def _list_from(folded: bytes, found: list[_Found], first: int) -> range:
    """The places of the list that begins with `first`, where its last words are joined by "or"; else `first` alone."""
    last = first
    while (
        last + 1 < len(found)
        and found[last + 1].phrase.skill
        and _listed(folded, found[last].end, found[last + 1].start)
    ):
        last += 1
    joint = folded[found[last - 1].end : found[last].start].translate(_LOWER).split() if last > first else []
    return range(first, last + 1) if joint and joint[-1] in _OR else range(first, first + 1)


def _is_heading(folded: bytes, found: list[_Found], place: int) -> bool:
    """Whether a cue stands on a short line that names no skill, as its first words, with a capital or before a colon.

    Within a line it is a remark: "Travel is required", "Crypto experience preferred". Of what an employer offers every
    line may tell that the offers begin.
    """
    cue = found[place]
    start = folded.rfind(_LINE, 0, cue.start)
    end = folded.find(_LINE, cue.end)
    end = len(folded) if end < 0 else end
    if end - start > _HEADING_BYTES or folded.count(_BLANKS, start + 1, end) > _HEADING_WORDS + 1:
        return False
    if (
        cue.phrase.cue not in _NOTHING
        and folded[cue.start + 1 : cue.start + 2].islower()
        and folded[start + 1 : cue.start].strip(_NO_WORD_OF)
        and not folded[cue.end : end].rstrip().endswith(b",")
    ):
        return False
    while place and found[place - 1].start > start:
        place -= 1
    while place < len(found) and found[place].start < end:
        if found[place].phrase.skill:
            return False
        place += 1
    return True


def _needs(folded: bytes, found: list[_Found], employer: tuple[bytes, frozenset[str]]) -> Iterator[tuple[str, Need]]:
    """Each skill a description names, with how much it is asked for, in order."""
    dropped = _negated(folded, found) | _not_meant(folded, found) | _of_other_fields(folded, found)
    if employer[0]:
        dropped |= _of_employer(folded, found, *employer)
    section, section_end = "neutral", len(folded)
    line: list[_Phrase] = []
    said = headed = ""
    end = 0
    for place, (phrase, start, next_end, _) in enumerate(found):
        if folded.find(_LINE, end, start) >= 0:
            if line:
                yield from _of_line(line, _said_of(said, section))
            line, said, headed = [], "", ""
        if start > section_end:
            section, section_end = "neutral", len(folded)
        end = next_end
        cue = phrase.cue
        if not cue:
            if place not in dropped:
                line.append(phrase)
        elif cue in _SECTIONS and (not headed or (headed == "required" and cue == "preferred")):
            if cue != "employer_says" and _is_heading(folded, found, place):
                headed = section = cue
                section_end = end + _EMPLOYER_PART if cue in _OF_EMPLOYER else len(folded)
            elif cue not in _HEADINGS_ONLY and said != "not_asked" and (cue != "employer_says" or not said):
                said = cue
    yield from _of_line(line, _said_of(said, section))


def _said_of(said: str, section: str) -> str:
    """What holds for a line: what it says itself, but "you have" asks for nothing more under "nice to have"."""
    return section if section == "preferred" and said == "required" else said or section


def _of_line(phrases: list[_Phrase], cue: str) -> Iterator[tuple[str, Need]]:
    """What a line asks for: nothing but technologies where the employer speaks of itself, a trade only by asking."""
    if cue not in _NOTHING:
        need = _NEEDS[cue]
        for phrase in phrases:
            if phrase.technical or not (cue in _OF_EMPLOYER or (phrase.asked and need == "mentioned")):
                yield phrase.skill, need


def _collect(
    title: str | None, description: str | None, tags: Sequence[str], company: str | None
) -> dict[str, tuple[Need, Where]]:
    """Each skill with the strongest need and the first place, in the order title, tags, description."""
    found: dict[str, tuple[Need, Where]] = {}
    employer = _employer(company)
    for skill in _in_title(title, *employer) if title else ():
        found[skill] = "required", "title"
    for skill in _in_tags(tuple(tags), any(map(_is_technical, found))):
        found.setdefault(skill, ("mentioned", "tags"))
    if description:
        folded = _fold(description)
        for skill, need in _needs(folded, _meant(folded, _find(folded)), employer):
            known, where = found.get(skill, ("mentioned", "description"))
            found[skill] = (need if _RANK[need] > _RANK[known] else known), where
    return found


@lru_cache(maxsize=1 << 14)
def _in_title(text: str, employer: bytes, skills: frozenset[str]) -> tuple[str, ...]:
    """The skills of a title, whatever is said about them, but for the employer's own name."""
    folded = _fold(text)
    found = _meant(folded, _find(folded))
    own = _of_employer(folded, found, employer, skills) if employer else ()
    return tuple(match.phrase.skill for place, match in enumerate(found) if match.phrase.skill and place not in own)


def _in_tags(tags: tuple[str, ...], is_technical: bool) -> Iterator[str]:
    """The skills of a provider's tags; of everyday words those that stand with a technology.

    Many providers make tags of the words of a text: "go" and "excel" beside "sales" are no skills, nor is "react" of a
    job that they call no technical one.
    """
    named = [pair for tag in tags for pair in _in_tag(tag)]
    is_technical |= any(sure and _is_technical(phrase.skill) for phrase, sure in named)
    is_other = not _no_technology().isdisjoint(map(str.casefold, tags))
    for phrase, sure in named:
        if (sure or is_technical) and not (is_other and phrase.technical):
            yield phrase.skill


@lru_cache(maxsize=1 << 14)
def _in_tag(tag: str) -> tuple[tuple[_Phrase, bool], ...]:
    """The skills of a tag, each with whether it is sure: the one it spells, in any case, else those named in it."""
    _, phrases, places = _automaton()
    folded = _fold(tag)
    place = places.get(folded.translate(_LOWER))
    if place is None:
        return tuple((match.phrase, True) for match in _meant(folded, _find(folded)) if match.phrase.skill)
    phrase = phrases[place]
    as_written = folded == phrase.spelling and len(phrase.skill) > _INITIALS
    return ((phrase, as_written or phrase.match is _Match.ANY),) if phrase.skill else ()


@cache
def _no_technology() -> frozenset[str]:
    """Tags by which providers say that a job is no technical one."""
    return frozenset(taxonomy.document("skill_cues.yml").get("tags_of_other_jobs", []))


@cache
def _is_technical(skill: str) -> bool:
    """Whether a skill tells of a technical job: a technology, but for the programs that every office has."""
    fields = {skill, *ancestors(skill)}
    return _TECHNICAL in fields and fields.isdisjoint(_not_telling())


@cache
def _not_telling() -> frozenset[str]:
    """Fields of technologies that every office has."""
    return frozenset(taxonomy.document("skill_cues.yml").get("not_telling", []))


def find_skills(
    title: str | None, description: str | None, *, tags: Sequence[str], company: str | None = None
) -> list[Mention]:
    """The skills a posting names, each once, in the order title, tags, description.

    A skill of the title is required. In the description the heading of the section or a word in the line tells required
    from preferred; the rest is mentioned. What an employer offers, a skill said not to be needed, the colleagues' teams
    and, of what the employer tells about itself, everything but technologies are left out there. So are names of
    companies, the employer's own first.
    """
    found = _collect(title, description, tags, company)
    return [Mention(skill, need, where) for skill, (need, where) in found.items()]


def locate_skills(text: str) -> list[tuple[int, int, str]]:
    """Where a text names skills: start and end of whole words, and the skill, in order; denied ones are included."""
    words: list[tuple[int, int]] = []
    for word in re.finditer(r"\S+|\n", text):
        words += [word.span()] * len(_fold(word[0]).split())
    folded = _fold(text)
    located = []
    found = _meant(folded, _find(folded))
    others = _not_meant(folded, found)
    for place, match in enumerate(found):
        if match.phrase.skill and place not in others:
            first = len(folded[: match.start].split())
            last = first + len(folded[match.start : match.end].split()) - 1
            located.append((words[first][0], words[last][1], match.phrase.skill))
    return located


def extract_skills(
    title: str | None, description: str | None, *, tags: Sequence[str], company: str | None = None
) -> tuple[list[str], list[str]]:
    """The provider's tags, cleaned and each once, and the canonical skills of title, tags and description."""
    raw: dict[str, str] = {}
    for tag in tags:
        if cleaned := " ".join(tag.split()).strip(" ,;"):
            raw.setdefault(cleaned.casefold(), cleaned)
    tags = list(raw.values())
    return tags, list(_collect(title, description, tags, company))


def ancestors(skill: str) -> list[str]:
    """The parents of a skill, nearest first; empty for a root or an unknown name."""
    skills = dictionary()
    above: list[str] = []
    while skill in skills and (skill := skills[skill].parent) and skill not in above:
        above.append(skill)
    return above
