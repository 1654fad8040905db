"""Which places the names in a location text mean.

Belongs here: choosing among the meanings of neighbouring names. Cutting a text into names belongs to `place_text`, the
meanings of one name to `gazetteer`.

Names are read in runs, longest first: a run is one place when its names can be ordered from narrow to broad, each lying
in the next ("Berlin, BE, Germany", "US, CA, Santa Clara"). What no run explains stands alone, by population.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from job_etl.model import Place
from job_etl.normalize import gazetteer
from job_etl.normalize.gazetteer import Candidate, Kind, Rank

_LONGEST_RUN = 4
_PAIR = 2
_SHORTEST_LIST = 3
_LONGEST_CODE = 4  # "N.Y."

_STATES = frozenset({"US", "CA", "AU"})
"""Countries whose regions stand behind a city without the country, be the city known or not ("Austin, TX").

Elsewhere a region's code needs the country or a city that lies in it ("Torino (TO)", "Belfast, NI")."""

_STATE_CODE_BONUS = 2.0
"""What speaks for "Salem, IN" in Indiana against a Salem in India, in powers of ten of inhabitants."""

_REGION_OVER_CITY = 5
"""A name by itself is the region's where the region has so many times the city's people ("Ontario", not "New York")."""

_REGION_OVER_ITS_CITY = 50
"""The same where the city lies in the region: "Lisbon, Portugal" is the city. States keep the lower bound."""

_AMBIGUITY = 2 / 3
"""A name by itself stays without a country where a place on another continent is at least so likely."""

_SMALL = 110_000
"""Up to how many people a place can be the unnamed neighbour, the district or the hamlet of a bigger one's name."""

_NEIGHBOURS_KM, _ADJOINING_KM = 60, 20

_TELLING = 12
"""From how many letters another name of a small place is hardly something else's ("Weiden in der Oberpfalz")."""

_COUNTRY_OVER_STATE = 1 / 2
"""In a list of countries a state's code is a country's if that has at least so many times the state's people."""

_FEWEST_BY_CODE = 30_000
"""From how many people a country's code by itself can be meant: "SJ" is San José, and hardly ever Svalbard."""

_CITY_AREAS = {"DE": frozenset({"Berlin", "Hamburg"}), "AT": frozenset({"Vienna"}), "FR": frozenset({"Paris"})}
"""Regions and departments that are one city."""

_GERMAN = frozenset({"DE", "AT", "CH"})


class Part(NamedTuple):
    """One name of a text with its meanings; none where it is unknown.

    `comma` says that a comma parts it from the next, and not a dash or a bracket; `remote` that a word for remote
    work belongs to it.
    """

    text: str
    candidates: tuple[Candidate, ...]
    comma: bool = True
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a text, and the rule that chose it.

    `explicit` says that the text itself leaves no doubt about the country. `group` is the name of a group of countries
    ("EMEA") and `countries` its members, where the text names one instead of a place.
    """

    place: Place
    rule: str
    explicit: bool
    remote: bool = False
    group: str | None = None
    countries: tuple[str, ...] = ()

    @property
    def is_world(self) -> bool:
        """Whether this is a group without members: anywhere."""
        return self.group is not None and not self.countries


def places_of(parts: Sequence[Part]) -> list[Found]:
    """The places that names in a row mean; remote where one of the names of a place is.

    An unknown name is a city where a region or a country follows it behind a comma ("Starbase, TX"). What is a country
    by its code alone is none behind a big city of another: it abbreviates what we do not know ("Nottingham, NG").
    """
    if len(parts) == _PAIR and parts[0].comma and _is_known_city(parts[0]) and _is_foreign_code(*parts):
        parts = parts[:1]
    found: list[Found] = []
    start = 0
    while start < len(parts):
        if not parts[start].candidates:
            start += 1
            continue
        end, place = _longest_run(parts, start)
        if place is not None:
            unknown = parts[start - 1] if start and not parts[start - 1].candidates else None
            place = _as_written(unknown, place) if unknown else place
            is_remote = any(part.remote for part in parts[start:end])
            found.append(replace(place, remote=True) if is_remote else place)
        start = end
    return found


def _is_foreign_code(city: Part, code: Part) -> bool:
    """Whether the second name is nothing but the code of a country in which the first is no city."""
    found = _alone(code)
    return (
        found is not None
        and not found.place.region
        and not found.place.city
        and all(c.rank is Rank.CODE for c in code.candidates)
        and joined((city, code)) is None
    )


def is_list_of_states(found: Sequence[Found]) -> bool:
    """Whether all but one of at least three places are states, so that the one may be ("Texas; Ohio; New York")."""
    if len(found) < _SHORTEST_LIST:
        return False
    states = [f for f in found if f.place.country in _STATES and f.place.region and not f.place.city]
    return len(states) == len(found) - 1


def is_list_of_countries(parts: Sequence[Part], *, joined: bool = False) -> bool:
    """Whether names are countries' or groups', of which two or more leave the rest no other choice ("US, CA, UK").

    One is enough where all are `joined` by "/" or "and", as no state is with its country ("US/CA"). Not so where one is
    the name of a town in the state whose code is in question ("Brazil, IN, US").
    """
    open_codes = [state for part in parts if (state := _state_of_code(part))] if len(parts) > 1 else []
    if not open_codes:
        return False
    sure = [part for part in parts if not _state_of_code(part)]
    return (
        len(sure) > (0 if joined else 1)
        and all(map(_is_country_or_group, sure))
        and all(map(_countries_alone, parts))
        and not any(
            c.kind is Kind.CITY and _lies_in(c, code) for part in sure for c in part.candidates for code in open_codes
        )
    )


def countries_first(parts: Sequence[Part]) -> list[Part]:
    """The same names, of which those of countries and groups of them mean nothing else."""
    return [part._replace(candidates=_countries_alone(part)) for part in parts]


def _countries_alone(part: Part) -> tuple[Candidate, ...]:
    """The countries and groups a name means; no country by a code that a state of many more people has."""
    state = _state_of_code(part)
    least = state.weight * _COUNTRY_OVER_STATE if state else 0
    return tuple(c for c in part.candidates if c.kind is Kind.GROUP or (c.kind is Kind.COUNTRY and c.weight > least))


def _state_of_code(part: Part) -> Candidate | None:
    """The state whose code a name is."""
    if len(part.text) > _LONGEST_CODE:
        return None
    states = (c for c in part.candidates if c.kind is Kind.REGION and c.country in _STATES and c.rank is Rank.CODE)
    return next(states, None)


def _is_country_or_group(part: Part) -> bool:
    found = _alone(part)
    return found is not None and not found.place.region and not found.place.city


def states_first(parts: Sequence[Part]) -> list[Part]:
    """The same names, of which those of states mean nothing else."""
    return [
        part._replace(candidates=states) if (states := tuple(filter(_is_state, part.candidates))) else part
        for part in parts
    ]


def _is_state(candidate: Candidate) -> bool:
    return candidate.kind is Kind.REGION and candidate.country in _STATES and candidate.rank is not Rank.CODE


def joined(run: Sequence[Part]) -> Found | None:
    """The best reading of two or more known names as one place; None where they are not one."""
    best: tuple[float, list[Candidate]] | None = None
    orders = [(run, 0.5), (run[::-1], 0.0)]
    if len(run) == 3:
        orders.append(([run[1], run[2], run[0]], 0.0))
    for order, bonus in orders:
        for chain in _chains(order):
            score = bonus + sum(map(_score, chain)) - _region_doubt(chain)
            if best is None or score > best[0]:
                best = (score, chain)
    if best is None:
        return None
    chain = best[1]
    meanings = [c for part in run for c in part.candidates]
    if chain[0].kind is Kind.REGION and (city := _city_of_the_name(chain[0], meanings)):
        chain = [city, *chain[1:]]
    return _found([_whole_city(chain[0], chain[1].name), *chain[1:]], explicit=True)


def _city_of_the_name(region: Candidate, meanings: Iterable[Candidate]) -> Candidate | None:
    """The city inside a region that shares its name, which is meant unless tiny ("Wien", "Porto"); not so in states."""
    if region.country in _STATES:
        return None
    cities = [c for c in meanings if c.kind is Kind.CITY and _lies_in(c, region)]
    city = max(cities, key=lambda c: c.population, default=None)
    return city if city is not None and region.population <= _REGION_OVER_ITS_CITY * city.population else None


def _whole_city(candidate: Candidate, area: str = "") -> Candidate:
    """The city itself for a district of one that is an area of its own ("Altona, Hamburg", "Berlin-Mitte")."""
    names = {area, gazetteer.region_names().get((candidate.country, candidate.region), "")}
    if candidate.kind is not Kind.CITY or not (whole := names & _CITY_AREAS.get(candidate.country, frozenset())):
        return candidate
    named = gazetteer.lookup(gazetteer.key(whole.pop()))
    return next((c for c in named if c.kind is Kind.CITY and c.country == candidate.country), candidate)


def _longest_run(parts: Sequence[Part], start: int) -> tuple[int, Found | None]:
    """The longest run from `start` that is one place, and where it ends."""
    for end in range(min(start + _LONGEST_RUN, len(parts)), start + 1, -1):
        run = parts[start:end]
        known = [part for part in run if part.candidates]
        if len(known) > 1 and run[-1].candidates:
            if (place := joined(known)) and not _is_cut_from_a_row(parts, known, place):
                return end, place
            if len(known) > 2 and (place := _around_middle(known)):
                return end, place
    first = parts[start]
    if start + 1 < len(parts) and (second := parts[start + 1]).candidates:
        if place := _town_or_district(first, second):
            return start + 2, place
        if _is_hamlet(first, second):
            end, place = _longest_run(parts, start + 1)
            return end, place and _as_written(first, place)
    return start + 1, _alone(first)


def _is_cut_from_a_row(parts: Sequence[Part], pair: Sequence[Part], place: Found) -> bool:
    """Whether two big cities stand in a row of such, the second being no state ("Austin, Boston, New York, Rome")."""
    others = [part for part in parts if part not in pair]
    if len(pair) != 2 or len(others) < 2 or 2 * sum(map(_is_known_city, others)) <= len(others):
        return False
    first = _alone(pair[0])
    return all(map(_is_known_city, pair)) and first is not None and first.place != place.place


def _around_middle(known: Sequence[Part]) -> Found | None:
    """A city and its country around a region that is not known so ("Fredericia, Southern Denmark, Denmark")."""
    if any(map(_is_known_city, known[1:-1])):
        return None
    place = joined([known[0], known[-1]])
    return place if place and place.place.country not in _STATES else None


def _as_written(name: Part, found: Found) -> Found:
    """A city that the gazetteer does not know, in a region or country that it does; the district of a known city."""
    place = found.place
    if place.city or not place.country or not name.comma or not _NAME.match(name.text):
        return found
    return Found(Place(name.text, place.region, place.country), f"{found.rule}, city as written", found.explicit)


_NAME = re.compile(r"[^\W\d_][\w.'’ -]{3,39}$")


def _chains(order: Sequence[Part]) -> Iterator[list[Candidate]]:
    """Every way to read names from narrow to broad such that each lies in the next."""
    chains = [[c] for c in order[-1].candidates if Kind.COUNTRY <= c.kind <= Kind.SUBREGION]
    for part in order[-2::-1]:
        chains = [
            [c, *chain] for chain in chains for c in part.candidates if c.kind > chain[0].kind and _lies_in(c, chain[0])
        ]
    return (chain for chain in chains if all(_code_stands(c, chain) for c in chain))


def _lies_in(narrow: Candidate, broad: Candidate) -> bool:
    return narrow.country == broad.country and (not broad.region or narrow.region == broad.region)


def _code_stands(candidate: Candidate, chain: Sequence[Candidate]) -> bool:
    """Whether a region's code can be meant: in `_STATES` always, elsewhere beside its country or a city in it."""
    if candidate.rank is not Rank.CODE or candidate.kind is Kind.COUNTRY or candidate.country in _STATES:
        return True
    return any(c.kind in (Kind.COUNTRY, Kind.CITY) for c in chain)


def _score(candidate: Candidate) -> float:
    score = math.log10(candidate.weight + 10) - candidate.rank
    if candidate.rank is Rank.CODE and candidate.kind is Kind.REGION and candidate.country in _STATES:
        score += _STATE_CODE_BONUS
    return score


def _region_doubt(chain: Sequence[Candidate]) -> float:
    if chain[0].kind is Kind.CITY:
        return 0
    return math.log10(_REGION_OVER_CITY if chain[0].country in _STATES else _REGION_OVER_ITS_CITY)


def _found(chain: Sequence[Candidate], *, explicit: bool) -> Found:
    return Found(_place(chain[0]), "+".join(c.kind.name.lower() for c in chain), explicit)


def _place(candidate: Candidate) -> Place:
    region = gazetteer.region_names().get((candidate.country, candidate.region))
    if candidate.kind is Kind.CITY:
        return Place(candidate.name, region, candidate.country, candidate.latitude, candidate.longitude)
    return Place(None, region, candidate.country)


def _town_or_district(first: Part, second: Part) -> Found | None:
    """Two cities that are one place: a town by a bigger one ("Neuilly-sur-Seine, Nanterre"), a district in its city.

    In North America two cities in a row are a list. In Germany the first is a district of the second, or the second a
    landscape that happens to be called like a town ("Karlsruhe, Baden"); in France, where the second is a canton's, the
    first is a town whatever its size.
    """
    towns = [c for c in first.candidates if c.kind is Kind.CITY and c.rank is not Rank.ALTERNATE]
    cities = [c for c in second.candidates if c.kind is Kind.CITY and c.country not in {"US", "CA"}]
    for city in (c for c in cities if c.rank is not Rank.ALTERNATE or c.population >= _SMALL):
        near = [c for c in towns if c.country == city.country and distance_km(c, city) < _NEIGHBOURS_KM]
        if city.country == "DE" and city.population >= _SMALL and _is_small(first, _GERMAN):
            return Found(_place(city), "district+city", False)
        for town in near:
            adjoins = city.country == "FR" and distance_km(town, city) < _ADJOINING_KM
            if town.population < city.population or adjoins:
                return Found(_place(town), "town+city", True)
        likeliest = first.candidates[0]
        is_here = likeliest.country == city.country or city.country == "FR"
        if is_here and _is_small(first, {likeliest.country}) and likeliest.population < city.population:
            return Found(_place(city), "district+city", False)
    if towns and towns[0].country in _GERMAN and towns[0] is first.candidates[0] and _is_small(second, _GERMAN):
        return Found(_place(towns[0]), "city+landscape", False)
    return None


def _is_small(part: Part, countries: Container[str]) -> bool:
    likeliest = part.candidates[0]
    return likeliest.kind is Kind.CITY and likeliest.population < _SMALL and likeliest.country in countries


def _is_hamlet(part: Part, wider: Part) -> bool:
    """Whether "Brisbane, CA" is a small place of the same name as one elsewhere, and not a list of two."""
    likeliest = part.candidates[0]
    if not part.comma or likeliest.rank is Rank.CURATED or likeliest.kind < Kind.SUBREGION:
        return False
    if _is_known_city(wider) or all(c.kind is Kind.CITY for c in wider.candidates):
        return False
    states = any(c.kind is Kind.REGION and c.country in _STATES for c in wider.candidates)
    return states or all(c.population < _SMALL for c in part.candidates)


def _is_known_city(part: Part) -> bool:
    """Whether a name stands for a city by itself: a big one, or one of our own dictionary."""
    return any(
        c.kind is Kind.CITY and c.rank < Rank.ALTERNATE and (c.population >= _SMALL or c.rank is Rank.CURATED)
        for c in part.candidates
    )


def distance_km(one: Candidate, other: Candidate) -> float:
    """The great-circle distance of two cities (haversine, mean radius of the earth 6371 km); infinite where unknown."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return math.inf
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    dlon = math.radians(other.longitude - one.longitude)
    a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(a))


def _alone(part: Part) -> Found | None:
    """The likeliest meaning of a name by itself: our dictionary's, then a country, then a region or city by population.

    A city's other short Latin names count only for big cities: too many villages share theirs with something else.
    """
    least = _SMALL if len(part.text) < _TELLING and gazetteer.is_latin(part.text) else 0
    candidates = [
        c
        for c in part.candidates
        if _code_stands(c, ()) and not (c.rank is Rank.ALTERNATE and c.kind is Kind.CITY and c.population < least)
    ]
    if any(c.kind is Kind.CITY and c.rank <= Rank.NAME and c.population >= _SMALL for c in candidates):
        candidates = [c for c in candidates if c.kind is not Kind.CITY or c.rank is not Rank.ALTERNATE]
    if not candidates:
        return None
    first = candidates[0]
    if first.kind is Kind.GROUP:
        return Found(Place(), "group", True, group=first.name, countries=gazetteer.group_members()[first.name])
    if first.rank is Rank.CURATED:
        return _found([first], explicit=first.kind is not Kind.CITY)
    country = next((c for c in candidates if c.kind is Kind.COUNTRY), None)
    region = next((c for c in candidates if c.kind is Kind.REGION), None) or next(
        (c for c in candidates if c.kind is Kind.SUBREGION), None
    )
    city = next((c for c in candidates if c.kind is Kind.CITY), None)
    if country is not None and country.rank is not Rank.CODE and (region is None or region.weight < country.weight):
        return _found([city if city and city[1:3] == country[1:3] else country], explicit=True)
    if region is not None and city is not None and region.country not in gazetteer.OECD:
        region = None
    if region is not None and (city is None or region.weight > _REGION_OVER_CITY * city.weight):
        namesake = _city_of_the_name(region, part.candidates)
        return _found([namesake], explicit=True) if namesake else _region_alone(region, candidates)
    if city is not None:
        return _city_alone(city, candidates)
    if country is None or (country.rank is Rank.CODE and country.population < _FEWEST_BY_CODE):
        return None
    return _found([country], explicit=True)


def _region_alone(region: Candidate, candidates: Sequence[Candidate]) -> Found:
    """A region; only its country where the country has several of the name ("Suffolk County")."""
    same = {c.region for c in candidates if c.kind is region.kind and c.country == region.country}
    if region.kind is Kind.SUBREGION and len(same) > 1:
        return Found(Place(country=region.country), "subregion, which is unsure", True)
    return _found([region], explicit=True)


def _city_alone(city: Candidate, candidates: Sequence[Candidate]) -> Found:
    continent = gazetteer.continent(city.country)
    rivals = (c for c in candidates if c.rank <= city.rank and gazetteer.continent(c.country) != continent)
    if any(rival.weight > _AMBIGUITY * city.weight for rival in rivals):
        return Found(Place(city=city.name), "city, country unsure", False)
    return Found(_place(_whole_city(city)), "city by population", False)
