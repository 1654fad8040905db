"""What a location text says: the places in it and how they are reached.

Belongs here: cutting a text into names and choosing the meanings that fit together. What a name can mean is in
`gazetteer`; how several texts and structured fields make a posting's places is in `places`.

A text is cut into alternatives ("Berlin or Munich", "SF / Remote", lists with ";"), each into its parts, and the parts
are read in runs, longest first: a run is a reading when its parts can be one place, from narrow to broad ("Berlin, BE,
Germany") or from broad to narrow ("US, CA, Santa Clara").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import NamedTuple

from job_etl.model import Place, RemoteType
from job_etl.normalize import gazetteer, taxonomy
from job_etl.normalize.gazetteer import Candidate, Kind, Rank
from job_etl.normalize.text import clean_line

_LONGEST_TEXT = 500
_LONGEST_RUN = 4

REGION_CODES = frozenset({"US", "CA", "AU"})
"""Countries whose region codes stand alone in postings ("Austin, TX"); elsewhere a code needs its country beside it."""

_REGION_OVER_CITY = 5
"""A bare name is the region's where the region has so many times the city's people ("Ontario", but not "New York")."""

_AMBIGUITY = 2
"""A bare name stays without a country where a place on another continent is no less than half as likely."""

_NEIGHBOURS_KM = 60
_DISTRICT_POPULATION = 110_000
_STATE_CODE_BONUS = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a text. `countries` are a group's members, where the text names a group of countries."""

    place: Place
    rule: str
    explicit: bool
    remote: bool = False
    group: str | None = None
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: its places in order, and the mode of work it names, if any."""

    found: tuple[Found, ...] = ()
    mode: RemoteType | None = None


class _Part(NamedTuple):
    text: str
    candidates: tuple[Candidate, ...]
    comma: bool
    """Whether a comma (and not a dash or a bracket) parts it from the next part."""


@dataclass(slots=True)
class _Chunk:
    """One alternative of a text while it is being cut."""

    parts: list[_Part] = field(default_factory=list)
    mode: RemoteType | None = None
    qualified: bool = False
    """Whether the word for remote is about the places: "Remote - US", "Germany (Remote)", but not "SF, NYC, Remote"."""


# --- words ------------------------------------------------------------------------------------------------------------


def _words(words: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted({word.casefold() for word in words}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.I)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    modes: tuple[tuple[RemoteType, re.Pattern[str]], ...]
    any_mode: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    nothing: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    words = taxonomy.document("place_words.yml")
    qualifier = _words(words["qualifiers"]).pattern
    modes = ((RemoteType.HYBRID, "hybrid"), (RemoteType.REMOTE, "remote"), (RemoteType.ONSITE, "onsite"))
    return _Vocabulary(
        modes=tuple((mode, _words(words[name])) for mode, name in modes),
        any_mode=_words([word for _, name in modes for word in words[name]]),
        before=re.compile(rf"^(?:{qualifier}\W*)+", re.I),
        after=re.compile(rf"(?:\W*{qualifier})+$", re.I),
        nothing=frozenset(gazetteer.key(word) for word in words["nothing"]),
    )


_ALTERNATIVES = re.compile(r"\s*(?:[;|•·\n]|\s/\s)\s*|\s+(?:or|oder|ou|of)\s+(?=\S)", re.I)
_WEAK_ALTERNATIVES = re.compile(r"\s*[/&+]\s*|\s+(?:and|und|et|y|en|e|i|och)\s+", re.I)
_COUNTS = re.compile(
    r"[+&]\s*\d+\s+(?:more|others?|weitere|autres?)\b|\b\d+\s+(?:locations?|offices|standorte)\b", re.I
)
_SEPARATOR = re.compile(r"\s*(?:,|[()\[\]]|\s[-–—]|[-–—]\s|[:–—])\s*")
_GLUED = re.compile(r"(?<![^\s,])([A-Z]{2,3}|[Rr]emote|REMOTE|United States)-(?=\S)|-(?=(?:[Rr]emote|REMOTE|REM)\b)")
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]-\d{4,5}|\d{4,6}(?:-\d{3,4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
_GENERIC = re.compile(
    r"^(?:(?:province|county|region|state|district|canton|community|prefecture|republic|city|land|landkreis|kreis|kanton|département|"
    r"provincia|región|regione|regione|estado|departamento|comunidad)\s+(?:of|de|di|da|do|du|d')?\s*)"
    r"|\s+(?:province|county|region|state|district|canton|prefecture|governorate|voivodeship|oblast|krai|department|township|"
    r"area|city|län|kreis|metropolitan region|czech republic|область|край)$",
    re.I,
)
_NAME = re.compile(r"^[^\W\d_][\w.'’ -]{2,39}$")


# --- cutting ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 15)
def read(text: str, within: str | None = None) -> Reading:
    """Read a location text; `within`, a wider place ("Bavaria, Germany"), decides where the text leaves it open."""
    line = clean_line(text[:_LONGEST_TEXT])
    if line is None:
        return Reading()
    around = _cut(within).parts if within else []
    found: list[Found] = []
    modes: list[RemoteType | None] = []
    for alternative, weak in _alternatives(_COUNTS.sub(" ", line)):
        chunk = _cut(alternative)
        modes.append(chunk.mode)
        places = _places([*chunk.parts, *around]) if around else []
        if len(places) != 1 or not chunk.parts:
            places = _places(chunk.parts)
        remote = chunk.mode is RemoteType.REMOTE and (chunk.qualified or len(places) == 1)
        remote |= weak and chunk.mode is None and bool(found) and found[-1].remote
        found += [replace(place, remote=remote) for place in places]
    return Reading(tuple(dict.fromkeys(found)), mode_of(modes))


def mode_of(modes: Iterable[RemoteType | None]) -> RemoteType | None:
    """The mode of work of a posting whose parts name several: hybrid before remote before on site."""
    named = set(modes)
    return next((mode for mode in (RemoteType.HYBRID, RemoteType.REMOTE, RemoteType.ONSITE) if mode in named), None)


def _alternatives(line: str) -> Iterator[tuple[str, bool]]:
    """The alternatives of a text, and whether only "/", "&" or "and" parts each from the one before."""
    for strong in _ALTERNATIVES.split(line):
        pieces = [strong] if gazetteer.lookup(gazetteer.key(strong)) else _weak_pieces(strong)
        yield from ((piece, number > 0) for number, piece in enumerate(pieces) if piece)


def _weak_pieces(text: str) -> list[str]:
    """Split at "/", "&" and "and", but not within a name that has one ("Tyne and Wear", "Bosnia & Herzegovina")."""
    if not _WEAK_ALTERNATIVES.search(text):
        return [text]
    pieces = [""]
    for part in re.split(r"([,()]\s*)", text):
        if _WEAK_ALTERNATIVES.search(part) and not gazetteer.lookup(gazetteer.key(part)):
            first, *rest = _WEAK_ALTERNATIVES.split(part)
            pieces[-1] += first
            pieces += rest
        else:
            pieces[-1] += part
    return pieces


def _cut(text: str) -> _Chunk:
    chunk = _Chunk()
    vocabulary = _vocabulary()
    position = 0
    pieces: list[tuple[str, str]] = []
    for separator in _SEPARATOR.finditer(text):
        pieces.append((text[position : separator.start()], separator.group().strip()))
        position = separator.end()
    pieces.append((text[position:], ""))
    for number, (piece, separator) in enumerate(pieces):
        mode, rest, glued = _without_mode(piece, vocabulary)
        if mode is not None:
            chunk.mode = mode_of([chunk.mode, mode])
            before = pieces[number - 1][1] if number else ""
            chunk.qualified |= bool(rest) or glued or separator not in {",", ""} or before not in {",", ""}
        chunk.parts += _parts(rest, separator == ",")
    return chunk


def _without_mode(piece: str, vocabulary: _Vocabulary) -> tuple[RemoteType | None, str, bool]:
    glued = False
    while match := _GLUED.search(piece):
        piece = f"{piece[: match.start()]}{match[1] or ''}, {piece[match.end() :]}"
        glued = True
    if not vocabulary.any_mode.search(piece):
        return None, piece, False
    mode = mode_of([mode for mode, pattern in vocabulary.modes if pattern.search(piece)])
    return mode, vocabulary.any_mode.sub(" ", piece).strip(" -–,"), glued


def _parts(piece: str, comma: bool) -> Iterator[_Part]:
    names = [name for name in (part.strip(" -–—.,'\"*") for part in piece.split(",")) if name]
    for number, name in enumerate(names):
        yield from _known(name, comma if number == len(names) - 1 else True)


def _known(name: str, comma: bool) -> Iterator[_Part]:
    """A name with its meanings: as it is, else without qualifiers and postcodes, or cut at a blank."""
    vocabulary = _vocabulary()
    name_key = gazetteer.key(name)
    if not name_key or name_key in vocabulary.nothing:
        return
    candidates = _usable(name, gazetteer.lookup(name_key))
    if candidates:
        yield _Part(name, candidates, comma)
        return
    shorter = vocabulary.after.sub("", vocabulary.before.sub("", _POSTCODE.sub("", name))).strip(" -–—.,'\"")
    if shorter != name:
        if shorter:
            yield from _known(shorter, comma)
        return
    if any(c.isdigit() for c in name):
        return
    without_generic = _GENERIC.sub("", name)
    if without_generic != name and (candidates := _regions_of(without_generic)):
        yield _Part(name, candidates, comma)
        return
    if halves := _halves(name):
        yield from halves[:-1]
        yield halves[-1]._replace(comma=comma)
        return
    yield _Part(name, (), comma)


def _usable(name: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Codes are meant only where they are written as such: "IN" is Indiana, "in" is not."""
    if name[:1].isupper() and len(name) <= 3:
        return candidates
    return tuple(c for c in candidates if c.rank is not Rank.CODE)


def _regions_of(name: str) -> tuple[Candidate, ...]:
    """The regions of a name, or else, for "Antwerp Province", the regions around the cities of that name."""
    candidates = gazetteer.lookup(gazetteer.key(name))
    regions = tuple(c for c in candidates if c.kind in (Kind.REGION, Kind.SUBREGION) and c.rank is not Rank.CODE)
    cities = tuple(c._replace(kind=Kind.SUBREGION) for c in candidates if c.kind is Kind.CITY)
    return regions or cities


def _halves(name: str) -> list[_Part]:
    """Cut "Austin TX" or "CA ON Toronto" at the blanks, where all the pieces are known and not all are cities."""
    words = name.split()
    for cut in (len(words) - 1, 1, *range(2, len(words) - 1)) if len(words) > 1 else ():
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        left_means = _usable(left, gazetteer.lookup(gazetteer.key(left)))
        right_means = _usable(right, gazetteer.lookup(gazetteer.key(right)))
        if not left_means and cut > 1 and right_means and (further := _halves(left)):
            return [*further, _Part(right, right_means, False)]
        if not right_means and cut == 1 and left_means and (further := _halves(right)):
            return [_Part(left, left_means, False), *further]
        wide = any(c.kind is not Kind.CITY for c in (*left_means, *right_means))
        if left_means and right_means and wide:
            return [_Part(left, left_means, False), _Part(right, right_means, False)]
    return []


# --- meaning ----------------------------------------------------------------------------------------------------------


def _places(parts: list[_Part]) -> list[Found]:
    """Read parts in runs, longest first; an unknown part is a city where a region or country follows."""
    found: list[Found] = []
    start = 0
    unknown: _Part | None = None
    while start < len(parts):
        if not parts[start].candidates:
            unknown = parts[start]
            start += 1
            continue
        end, place = _longest_run(parts, start)
        if place is None:
            start += 1
            continue
        if unknown is not None and unknown is parts[start - 1]:
            place = _as_written(unknown, place)
        found.append(place)
        unknown = None
        start = end
    return found


def _longest_run(parts: list[_Part], start: int) -> tuple[int, Found | None]:
    for end in range(min(start + _LONGEST_RUN, len(parts)), start + 1, -1):
        run = [part for part in parts[start:end] if part.candidates]
        if len(run) > 1 and run[-1] is parts[end - 1] and (place := _joined(run)):
            return end, place
    if start + 1 < len(parts) and (place := _city_of_town(parts[start], parts[start + 1])):
        return start + 2, place
    if start + 1 < len(parts) and _is_hamlet(parts[start], parts[start + 1]):
        end, place = _longest_run(parts, start + 1)
        return end, place and _as_written(parts[start], place)
    return start + 1, _alone(parts[start])


def _as_written(unknown: _Part, found: Found) -> Found:
    """ "Starbase, TX": a city that the gazetteer does not know, in a region or country that it does."""
    place = found.place
    if place.city or not place.country or not unknown.comma or not _NAME.match(unknown.text):
        return found
    city = Place(unknown.text, place.region, place.country)
    return Found(city, f"{found.rule}, city as written", found.explicit)


def _joined(run: list[_Part]) -> Found | None:
    """The best reading of a run of two to four parts as one place, or None where there is none."""
    best: tuple[float, list[Candidate]] | None = None
    orders = [(run, 0.5), (run[::-1], 0.0)]
    if len(run) == 3:
        orders.append(([run[1], run[2], run[0]], 0.0))
    for order, bonus in orders:
        for chain in _chains(order):
            score = bonus + sum(map(_score, chain))
            if chain[0].kind is not Kind.CITY:
                score -= math.log10(_REGION_OVER_CITY)
            if best is None or score > best[0]:
                best = (score, chain)
    if best is None:
        return None
    return _found(best[1], explicit=True)


def _chains(order: list[_Part]) -> Iterator[list[Candidate]]:
    """Every way to read parts from narrow to broad such that each lies in the next."""
    chains: list[list[Candidate]] = [
        [c] for c in order[-1].candidates if c.kind in (Kind.COUNTRY, Kind.REGION, Kind.SUBREGION)
    ]
    for part in reversed(order[:-1]):
        chains = [
            [c, *chain] for chain in chains for c in part.candidates if c.kind > chain[0].kind and _lies_in(c, chain[0])
        ]
    for chain in chains:
        if all(_code_stands(c, chain) for c in chain):
            yield chain


def _lies_in(narrow: Candidate, broad: Candidate) -> bool:
    return narrow.country == broad.country and (not broad.region or narrow.region == broad.region)


def _code_stands(candidate: Candidate, chain: list[Candidate]) -> bool:
    if candidate.rank is not Rank.CODE or candidate.kind is Kind.COUNTRY or candidate.country in REGION_CODES:
        return True
    return any(c.kind is Kind.COUNTRY for c in chain)


def _score(candidate: Candidate) -> float:
    score = math.log10(candidate.weight + 10) - candidate.rank
    if candidate.rank is Rank.CODE and candidate.kind is Kind.REGION and candidate.country in REGION_CODES:
        score += _STATE_CODE_BONUS
    return score


def _found(chain: list[Candidate], *, explicit: bool) -> Found:
    names = "+".join(c.kind.name.lower() for c in chain)
    return Found(_place(chain[0]), f"text: {names}", explicit)


def _place(candidate: Candidate) -> Place:
    region = gazetteer.region_names().get((candidate.country, candidate.region))
    if candidate.kind is Kind.CITY:
        return Place(candidate.name, region, candidate.country, candidate.latitude, candidate.longitude)
    return Place(None, region, candidate.country)


def _city_of_town(first: _Part, second: _Part) -> Found | None:
    """Two cities that are one place: a town by a bigger one ("Neuilly-sur-Seine, Nanterre"), a district in its city.

    In North America two cities in a row are a list.
    """
    towns = [c for c in first.candidates if c.kind is Kind.CITY]
    city = next((c for c in second.candidates if c.kind is Kind.CITY), None)
    if not towns or city is None or city.country in {"US", "CA"}:
        return None
    for town in towns:
        if (
            town.country == city.country
            and distance_km(town, city) < _NEIGHBOURS_KM
            and town.population < city.population
        ):
            return Found(_place(town), "text: town+city", True)
    likeliest = first.candidates[0]
    is_small = likeliest.population < min(_DISTRICT_POPULATION, city.population)
    if likeliest.kind is Kind.CITY and likeliest.country == city.country and is_small:
        return Found(_place(city), "text: district+city", False)
    return None


def _is_hamlet(part: _Part, wider: _Part) -> bool:
    """Whether "Brisbane, CA" is a small place of the same name as one elsewhere, and not a list."""
    if not part.comma or any(c.kind is not Kind.CITY for c in part.candidates):
        return False
    if any(c.kind is Kind.CITY and c.rank is not Rank.ALTERNATE for c in wider.candidates):
        return False
    states = any(c.kind is Kind.REGION and c.country in REGION_CODES for c in wider.candidates)
    return states or all(c.population < _DISTRICT_POPULATION for c in part.candidates)


def distance_km(one: Candidate, other: Candidate) -> float:
    """The great-circle distance of two cities in kilometres (haversine, mean earth radius 6371 km)."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return math.inf
    lat1, lon1, lat2, lon2 = map(math.radians, (one.latitude, one.longitude, other.latitude, other.longitude))  # type: ignore[arg-type]
    a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(math.sqrt(a))


def _alone(part: _Part) -> Found | None:
    """The likeliest meaning of a name by itself: ours first, then a country, then a region or city by population."""
    candidates = [c for c in part.candidates if _code_stands(c, [])]
    if not candidates:
        return None
    if candidates[0].rank is Rank.CURATED and candidates[0].kind is Kind.GROUP:
        group = candidates[0].name
        return Found(Place(), "text: group", True, group=group, countries=gazetteer.group_members()[group])
    if candidates[0].rank is Rank.CURATED:
        return _found(candidates[:1], explicit=candidates[0].kind is not Kind.CITY)
    best = {kind: next((c for c in candidates if c.kind is kind), None) for kind in Kind}
    nation, region, city = best[Kind.COUNTRY], best[Kind.REGION] or best[Kind.SUBREGION], best[Kind.CITY]
    if nation is not None and nation.rank is not Rank.CODE:
        if city is not None and city.country == nation.country and city.name == nation.name:
            return _found([city], explicit=True)
        if region is None or region.weight < nation.weight:
            return _found([nation], explicit=True)
    if region is not None and region.country not in gazetteer.OECD and city is not None:
        region = None
    if region is not None and (city is None or region.weight > _REGION_OVER_CITY * city.weight):
        return _found([region], explicit=True)
    if city is not None:
        rival = next((c for c in candidates if c.kind is Kind.CITY and _elsewhere(c, city)), None)
        if rival is not None and rival.weight * _AMBIGUITY > city.weight:
            return Found(Place(city=city.name), "text: city, country unsure", False)
        return Found(_place(city), "text: city by population", False)
    return _found([nation], explicit=True) if nation is not None else None


def _elsewhere(one: Candidate, other: Candidate) -> bool:
    return gazetteer.continent(one.country) != gazetteer.continent(other.country)


_TITLE_PLACE = re.compile(
    r"\(([^()]{2,60})\)|\[([^\[\]]{2,60})\]|(?:\s[-–—|@]\s|,\s)([^-–—|(),]{2,40}(?:,[^-–—|(),]{2,30})?)$"
)
_TITLE_CITY_POPULATION = 100_000


def read_title(title: str) -> Reading:
    """The places in a job's title: in brackets or at its end, and only what can hardly be anything but a place."""
    line = clean_line(title[:_LONGEST_TEXT]) or ""
    for match in _TITLE_PLACE.finditer(line):
        text = next(filter(None, match.groups()))
        reading = read(text)
        parts = [part for alternative, _ in _alternatives(text) for part in _cut(alternative).parts]
        if reading.found and all(part.candidates for part in parts) and all(map(_is_safe, parts)):
            return reading
    return Reading()


def _is_safe(part: _Part) -> bool:
    return any(
        c.rank in (Rank.CURATED, Rank.NAME) and (c.kind is not Kind.CITY or c.population >= _TITLE_CITY_POPULATION)
        for c in part.candidates
    )
