"""What a location text says: the places in it and how they are reached.

Belongs here: cutting a text into alternatives ("Berlin or Munich", "SF / Remote", lists with ";") and these into names,
and the words among them that are no names. What the names mean is chosen in `place_sense`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

from job_etl.model import RemoteType
from job_etl.normalize import gazetteer, place_sense, taxonomy
from job_etl.normalize.gazetteer import Candidate, Kind, Rank
from job_etl.normalize.phrases import Phrases
from job_etl.normalize.place_sense import Found, Part
from job_etl.normalize.text import clean_line

_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: its places in order, and the mode of work it names, if any."""

    found: tuple[Found, ...] = ()
    mode: RemoteType | None = None


@lru_cache(maxsize=1 << 15)
def read(text: str, within: str | None = None) -> Reading:
    """Read a location text; `within`, a wider place ("Bavaria, Germany"), decides where the text leaves it open.

    A name before a comma is a city's in that wider place, known or not ("Kleinstadt,").
    """
    line = clean_line(text[:_LONGEST_TEXT])
    if line is None or line.casefold() in _vocabulary().nothing_alone:
        return Reading()
    around = [part for names in _cut(within).runs for part in names] if within else []
    chunks = [(_cut(alternative), weak) for alternative, weak in _alternatives(_COUNTS.sub(" ", line))]
    parts = [part for chunk, _ in chunks for run in chunk.runs for part in run]
    joined = len(parts) == len(chunks) and all(weak for _, weak in chunks[1:])
    if place_sense.is_list_of_countries(parts, joined=joined):
        chunks = _reread(chunks, place_sense.countries_first)
    found = _found(chunks, around)
    if place_sense.is_list_of_states(found):
        found = _found(_reread(chunks, place_sense.states_first), around)
    return Reading(tuple(dict.fromkeys(found)), mode_of(chunk.mode for chunk, _ in chunks))


def _reread(
    chunks: Iterable[tuple[_Chunk, bool]], meant: Callable[[Sequence[Part]], list[Part]]
) -> list[tuple[_Chunk, bool]]:
    """The same alternatives with what their names are known to mean."""
    return [(chunk._replace(runs=list(map(meant, chunk.runs))), weak) for chunk, weak in chunks]


def _found(chunks: Iterable[tuple[_Chunk, bool]], around: list[Part]) -> list[Found]:
    """The places of a text's alternatives in order.

    An alternative that only "/" or "and" parts from a remote one is remote too ("Remote - US/Canada"), and so is one in
    the same brackets ("Remote (NYC or SF)") and a country or region in a list behind "Remote -".
    """
    found: list[Found] = []
    in_remote_list = in_brackets = False
    for chunk, weak in chunks:
        places = [place for names in chunk.runs for place in _places(names, around)]
        if len(places) > 1 and any(place.is_world for place in places):  # "Anywhere (USA)"
            places = [replace(place, remote=True) for place in places if not place.is_world]
        in_remote_list = chunk.all_remote or (in_remote_list and chunk.mode is None)
        alone = chunk.mode is RemoteType.REMOTE and len({place.place for place in places}) == 1
        inherits = chunk.mode is None and ((weak and bool(found) and found[-1].remote) or in_brackets)
        in_brackets = chunk.is_open and (in_brackets or chunk.mode is RemoteType.REMOTE)
        for place in places:
            is_remote = alone or inherits or chunk.all_remote or (in_remote_list and not place.place.city)
            found.append(replace(place, remote=True) if is_remote and not place.remote else place)
    return found


def _places(names: list[Part], around: list[Part]) -> list[Found]:
    """The places of one run of names, inside the wider place where they make one with it."""
    if around and names and len(places := place_sense.places_of([*names, *around])) == 1:
        return places
    return place_sense.places_of(names)


def mode_of(modes: Iterable[RemoteType | None]) -> RemoteType | None:
    """The mode of work of a posting whose parts name several: hybrid before remote before on site."""
    named = set(modes)
    return next((mode for mode in (RemoteType.HYBRID, RemoteType.REMOTE, RemoteType.ONSITE) if mode in named), None)


_TITLE_PLACE = re.compile(
    r"\(([^()]{2,60})\)|\[([^\[\]]{2,60})\]|(?:\s[-–—|@]\s|,\s)([^-–—|(),]{2,40}(?:,[^-–—|(),]{2,30})?)$"
)
_TITLE_CITY_POPULATION = 100_000
_DISTRICT_CITY_POPULATION = 300_000


def names_office(text: str) -> bool:
    """Whether a location text is the name of an office ("Orange County HQ")."""
    return _vocabulary().offices.search(text.casefold()) is not None


def read_title(title: str) -> Reading:
    """The places in a job's title: in brackets or at its end, and only what can hardly be anything but a place.

    "EMEA" without a word for remote is a territory there, and no place to live.
    """
    line = clean_line(title[:_LONGEST_TEXT]) or ""
    for match in _TITLE_PLACE.finditer(line):
        text = next(filter(None, match.groups()))
        reading = read(text)
        parts = [part for alternative, _ in _alternatives(text) for run in _cut(alternative).runs for part in run]
        territory = reading.mode is not RemoteType.REMOTE and any(found.group for found in reading.found)
        words = any(gazetteer.key(part.text) in _vocabulary().words_in_titles for part in parts)
        if not territory and not words and all(any(map(_is_unmistakable, part.candidates)) for part in parts):
            return reading
    return Reading()


def _is_unmistakable(candidate: Candidate) -> bool:
    is_town = candidate.kind is Kind.CITY and candidate.population < _TITLE_CITY_POPULATION
    return candidate.rank in (Rank.CURATED, Rank.NAME) and not is_town


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    modes: Phrases
    any_mode: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    offices: re.Pattern[str]
    nothing: frozenset[str]
    nothing_alone: frozenset[str]
    words_in_titles: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    words = taxonomy.document("place_words.yml")
    modes = {mode.value: words[mode.value] for mode in (RemoteType.HYBRID, RemoteType.REMOTE, RemoteType.ONSITE)}
    qualifier = _any_of(words["qualifiers"])
    return _Vocabulary(
        modes=Phrases(modes),
        any_mode=re.compile(_any_of(word for mode in modes.values() for word in mode), re.I),
        before=re.compile(rf"^(?:{qualifier}\W*)+", re.I),
        after=re.compile(rf"(?:\W*{qualifier})+$", re.I),
        offices=re.compile(_any_of(words["offices"])),
        nothing=frozenset(map(gazetteer.key, words["nothing"])),
        nothing_alone=frozenset(map(str.casefold, words["nothing_alone"])),
        words_in_titles=frozenset(map(gazetteer.key, words["words_in_titles"])),
    )


def _any_of(words: Iterable[str]) -> str:
    longest_first = sorted({word.casefold() for word in words}, key=lambda word: (-len(word), word))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"


_ALTERNATIVES = re.compile(r"\s*(?:[;|•·\n]|\s/\s)\s*|\s+(?:or|oder|ou|lub|eller)\s+(?=\S)", re.I)
_WEAK_ALTERNATIVES = re.compile(r"\s*[/&+]\s*|\s+(?:and|und|et|y|och)\s+", re.I)
_COUNTS = re.compile(
    r"[+&]\s*\d+\s+(?:more|others?|weitere|autres?)\b|\b\d+\s+(?:locations?|offices|standorte)\b"
    r"|\b(?:except(?:\s+for)?|excluding|excl\.|other than|but not|außer|sauf|excepto|tranne|exceto)\s[^;|)]*",
    re.I,
)
"""How many more places there are, and which are left out."""

_WITH_BRACKETS = re.compile(r"[^(),;]+\([^(),;]+\)")
_SEPARATOR = re.compile(r"\s*(?:,|[()\[\]]|\s[-–—]|[-–—]\s|[:–—])\s*")
_COUNTY = re.compile(r"\s*\((Kreis|Landkreis)\)", re.I)
_CODE_PREFIX = re.compile(r"(?<![^\s,-])([A-Z]{2,3}|United States)-(?=\S)")
_NEAR = re.compile(r"\s(?:bei|b\.|nahe|near|nr\.?|près de|in der|im|am|an der|i\.\s?d\.|a\.\s?d\.)\s.*$", re.I)
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]-\d{4,5}|\d{4,6}(?:-\d{3,4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
    r"|\s\d{1,2}(?:er?|ème)?$"
)
_UNIT = r"province|county|region|state|district|canton|prefecture|city|department"
_GENERIC = re.compile(
    rf"^(?:{_UNIT}|community|republic|land|landkreis|kreis|kanton|département|provincia|regi[oó]ne?|estado|departamento"
    r"|comunidad)\s+(?:(?:of|de|di|da|do|du)\s+|d['’])?"
    rf"|\s+(?:{_UNIT}|governorate|voivodeship|oblast|krai|township|area|län|kreis|metropolitan region|область|край)$",
    re.I,
)


class _Chunk(NamedTuple):
    """One alternative of a text, cut into runs of names that can be one place.

    `all_remote` says that its word for remote belongs to all of them, `is_open` that it ends within brackets.
    """

    runs: list[list[Part]]
    mode: RemoteType | None
    all_remote: bool
    is_open: bool


def _alternatives(line: str) -> Iterator[tuple[str, bool]]:
    """The alternatives of a text, and whether only "/", "&" or "and" parts each from the one before."""
    for strong in _in_full(_ALTERNATIVES.split(line)):
        pieces = _weak_pieces(strong)
        yield from ((piece, number > 0) for number, piece in enumerate(pieces) if piece)


def _weak_pieces(text: str) -> list[str]:
    """Split at "/", "&" and "and", but not within a name that has one ("Tyne and Wear", "Bosnia & Herzegovina")."""
    if not _WEAK_ALTERNATIVES.search(text) or gazetteer.lookup(gazetteer.key(text)):
        return [text]
    pieces = [""]
    for part in re.split(r"([,()]\s*)", text):
        if _WEAK_ALTERNATIVES.search(part) and not gazetteer.lookup(gazetteer.key(part)):
            first, *rest = _in_full(_WEAK_ALTERNATIVES.split(part))
            pieces[-1] += first
            pieces += rest
        else:
            pieces[-1] += part
    return pieces


def _in_full(pieces: list[str]) -> list[str]:
    """Give words that mean nothing alone the name they share with the next piece ("North/South America")."""
    for place in range(len(pieces) - 2, -1, -1):
        word, shared = pieces[place], pieces[place + 1].partition(" ")[2]
        if shared and not _is_name(word) and gazetteer.lookup(gazetteer.key(whole := f"{word} {shared}")):
            pieces[place] = whole
    return pieces


def _is_name(word: str) -> bool:
    folded = gazetteer.key(word)
    return folded not in _vocabulary().nothing and bool(gazetteer.lookup(folded))


def _cut(text: str) -> _Chunk:
    """Cut an alternative at its commas, dashes and brackets, and take the words for the mode of work out of it.

    The word for remote belongs to the names it stands with ("Remote US, SF"), to what follows it behind a dash or colon
    ("Remote - US, Canada"), or to what it follows behind a dash or in brackets ("SF, Germany (Remote)").
    """
    vocabulary = _vocabulary()
    has_mode = bool(vocabulary.modes.meanings(text))
    pieces, separators = _pieces(_COUNTY.sub(r" \1", text) if "(" in text else text)
    runs: list[list[Part]] = [[]]
    modes: list[RemoteType | None] = []
    all_remote = False
    for number, piece in enumerate(pieces):
        before = separators[number - 1] if number else ","
        behind = separators[number] if number < len(separators) else ""
        mode = None
        if has_mode and (meanings := vocabulary.modes.meanings(piece)):
            mode = mode_of(map(RemoteType, meanings))
            piece = vocabulary.any_mode.sub(" ", piece)
            modes.append(mode)
        named = list(_names(piece, behind == ","))
        own = bool(named) and (mode is RemoteType.REMOTE or ("-" in piece and _CODE_PREFIX.search(piece) is not None))
        if own and before == ",":
            runs.append([])
        if mode is RemoteType.REMOTE:
            named = [name._replace(remote=True) for name in named]
            if not named and before != "," and runs[-1]:
                runs[-1][-1] = runs[-1][-1]._replace(remote=True)
            all_remote |= not named and runs == [[]] and behind not in {"", ","}
            all_remote |= behind in {"(", "["} and ")" not in text  # "Remote in Canada (Ontario or BC)"
        runs[-1] += named
        if own and behind == ",":
            runs.append([])
    return _Chunk(runs, mode_of(modes), all_remote, text.rfind("(") > text.rfind(")"))


def _pieces(text: str) -> tuple[list[str], list[str]]:
    """A text cut at its separators, but not within a name that has brackets ("Frankfurt (Oder)"), and these."""
    pieces, separators, start = [], [], 0
    named = _WITH_BRACKETS.match(text) if "(" in text else None
    uncut = named.end() if named and gazetteer.lookup(gazetteer.key(named.group())) else 0
    for match in _SEPARATOR.finditer(text, uncut):
        pieces.append(text[start : match.start()])
        separators.append(match.group().strip())
        start = match.end()
    return [*pieces, text[start:]], separators


def _names(piece: str, comma: bool) -> Iterator[Part]:
    """The names in a piece: one, but for codes before it ("US-CA-Fremont")."""
    names = _CODE_PREFIX.sub(r"\1,", piece).split(",") if "-" in piece else [piece]
    for number, name in enumerate(names, start=1):
        yield from _known(name.strip(" -–—.'\"*"), comma or number < len(names))


def _known(name: str, comma: bool) -> Iterator[Part]:
    """A name with its meanings: as it is, else without qualifiers and postcodes, or cut at a blank."""
    vocabulary = _vocabulary()
    name_key = gazetteer.key(name)
    if not name_key or name_key in vocabulary.nothing:
        return
    if candidates := _usable(name, gazetteer.lookup(name_key)):
        yield Part(name, candidates, comma)
        return
    shorter = vocabulary.after.sub("", vocabulary.before.sub("", _POSTCODE.sub("", _NEAR.sub("", name))))
    if (shorter := shorter.strip(" -–—.,'\"")) != name:
        yield from _known(shorter, comma)
        return
    if any(c.isdigit() for c in name):
        return
    without_unit = _GENERIC.sub("", name)
    if without_unit != name:
        if (candidates := _areas_of(without_unit, name_key.endswith(" city"))) or not _is_county(name_key):
            yield Part(name, candidates, comma)
        return
    if halves := _halves(name):
        yield from halves[:-1]
        yield halves[-1]._replace(comma=comma)
    elif not _is_county(name_key):
        yield Part(name, _city_of_district(name), comma)


def _city_of_district(name: str) -> tuple[Candidate, ...]:
    """The big city before the hyphen in the name of a district, as German has them ("Stuttgart-Vaihingen")."""
    city, _, district = name.partition("-")
    if not (district.isalpha() and district.istitle()):
        return ()
    named = (c for c in gazetteer.lookup(gazetteer.key(city)) if c.kind is Kind.CITY and c.country in ("AT", "DE"))
    return tuple(c for c in named if c.population >= _DISTRICT_CITY_POPULATION)


def _is_county(name_key: str) -> bool:
    """Whether a name is a German county's, which tells nothing where its town is unknown."""
    return name_key.endswith("kreis")


def _usable(name: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Codes are meant only where they are written as such: "IN" is Indiana, "in" is not, "CAN" no town called Çan."""
    if len(name) <= 3 and name.isupper():
        codes = tuple(c for c in candidates if c.rank in (Rank.CODE, Rank.CURATED))
        if codes or len(name) == 2:
            return codes
    if name[:1].isupper() and len(name) <= 3:
        return candidates
    return tuple(c for c in candidates if c.rank is not Rank.CODE)


def _areas_of(name: str, is_city: bool) -> tuple[Candidate, ...]:
    """The regions of a name, or else, for "Antwerp Province", the regions around the cities of that name."""
    candidates = [c for c in gazetteer.lookup(gazetteer.key(name)) if c.rank is not Rank.CODE]
    if is_city and any(c.kind is Kind.CITY for c in candidates):
        return tuple(candidates)
    regions = tuple(c for c in candidates if c.kind in (Kind.REGION, Kind.SUBREGION))
    return regions or tuple(c._replace(kind=Kind.SUBREGION) for c in candidates if c.kind is Kind.CITY)


def _halves(name: str) -> list[Part]:
    """Cut "Austin TX" or "Canada-Toronto" at blanks and hyphens, where the pieces are known and together one place."""
    words = name.replace("-", " ").split()
    for cut in dict.fromkeys((len(words) - 1, 1, *range(2, len(words) - 1))) if len(words) > 1 else ():
        pieces = [" ".join(words[:cut]), " ".join(words[cut:])]
        parts = [Part(piece, _usable(piece, gazetteer.lookup(gazetteer.key(piece))), False) for piece in pieces]
        if not parts[0].candidates and parts[1].candidates:
            parts[:1] = _halves(pieces[0])
        elif not parts[1].candidates and parts[0].candidates:
            parts[1:] = _halves(pieces[1])
        if len(parts) > 1 and all(part.candidates for part in parts) and place_sense.joined(parts):
            return parts
    return []
