"""The places of a posting, from structured fields and location texts.

Belongs here: what several statements about the place of one posting make together. How one text is read is in
`place_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from job_etl.model import GivenPlace, How, Origin, Place, RemoteType
from job_etl.normalize import gazetteer, place_text
from job_etl.normalize.gazetteer import Kind
from job_etl.normalize.place_sense import Found
from job_etl.normalize.place_text import Reading
from job_etl.normalize.text import clean_line

_REMOTE = "Remote"


@dataclass(frozen=True, slots=True)
class ResolvedPlaces:
    """Where a posting's work is done.

    `location_std` lists the places as "City, Region, CC" (a whole country by its name), then, for remote work, where
    one may live: "Montréal, Quebec, CA; Remote (United States)", "Remote (EMEA)", "Remote". `remote_countries` are ISO
    3166-1 alpha-2 codes, sorted; empty means that the posting does not restrict them or does not say. `remote_hint` is
    what the location texts themselves say about the mode of work.
    """

    places: list[Place] = field(default_factory=list)
    location_std: str | None = None
    remote_countries: list[str] = field(default_factory=list)
    remote_hint: RemoteType | None = None
    origin: Origin | None = None


def resolve_places(
    given: Sequence[GivenPlace],
    *,
    title: str | None = None,
    remote_places: Sequence[str] = (),
    remote: bool | str | None = None,
) -> ResolvedPlaces:
    """Resolve a posting's places; what is not known stays None.

    A structured field is not overruled, but for the city and region of an office beside a wider text of remote work
    ("Remote US" with San Francisco). A name that several places share is decided by what stands beside it, then by the
    country of the posting's other places, then by population; the origin's rule says which. The title is read only
    where nothing else names a place. `remote` is what the provider says about the mode of work: then a country or
    region is where one may live, and with cities alone their countries are.
    """
    told = tuple(given), tuple(remote_places), remote
    resolved = _resolve(*told, None)
    if title and resolved.location_std in (None, _REMOTE):
        resolved = _resolve(*told, title)
    return replace(resolved, places=[*resolved.places], remote_countries=[*resolved.remote_countries])


@lru_cache(maxsize=1 << 14)
def _resolve(
    given: tuple[GivenPlace, ...], remote_places: tuple[str, ...], remote: bool | str | None, title: str | None
) -> ResolvedPlaces:
    told_remote = _mode_of_word(remote) is RemoteType.REMOTE
    readings, rule = _readings(given, told_remote), "location"
    homes = [found for text in remote_places for found in place_text.read(text).found]
    mode = place_text.mode_of(reading.mode for reading in readings)
    found = list(dict.fromkeys(found for reading in readings for found in reading.found))
    how: How = "given" if any(map(_is_structured, given)) else "parsed"
    if not found and not homes and title:
        found, rule, how = list(place_text.read_title(title).found), "title", "parsed"
    origin = _origin(how, rule, found, homes, told_remote, mode)
    homes += [place for place in found if place.remote or place.group]
    is_remote = told_remote or mode is RemoteType.REMOTE or bool(homes)
    if told_remote or (is_remote and not homes):
        homes += [place for place in found if not place.place.city and place not in homes]
    return ResolvedPlaces(
        places=list(dict.fromkeys(place.place for place in found if not place.group)),
        location_std=_standard(found, homes, is_remote),
        remote_countries=_countries(homes or found) if is_remote else [],
        remote_hint=mode,
        origin=origin,
    )


def _origin(
    how: How, rule: str, found: Sequence[Found], homes: Sequence[Found], told_remote: bool, mode: RemoteType | None
) -> Origin | None:
    if found:
        return Origin(how, f"{rule}: {found[0].rule}")
    if homes:
        return Origin("given", "remote places")
    if told_remote:
        return Origin("given", "remote")
    return Origin("parsed", "location: remote") if mode is RemoteType.REMOTE else None


def _mode_of_word(remote: bool | str | None) -> RemoteType | None:
    if isinstance(remote, str):
        return place_text.read(remote).mode
    return RemoteType.REMOTE if remote else None


def locate(text: str) -> Place | None:
    """The one place that a person means by a text such as "Toronto, ON"; None where none or a group of countries."""
    return next((found.place for found in place_text.read(text).found if not found.group), None)


def _is_structured(given: GivenPlace) -> bool:
    return bool(given.city or given.region or given.country)


def _readings(given: tuple[GivenPlace, ...], told_remote: bool) -> tuple[Reading, ...]:
    """Read given places; what one leaves open is decided by the one country that the others name, if they do."""
    if told_remote:
        given = tuple(map(_as_shown, given))
    readings = tuple(map(_read, given))
    countries = {f.place.country for reading in readings for f in reading.found if f.explicit and f.place.country}
    if len(countries) != 1:
        return readings
    country = gazetteer.country_name(*countries)
    return tuple(
        reading if all(found.explicit for found in reading.found) else _read(place, country)
        for reading, place in zip(readings, given, strict=True)
    )


def _read(given: GivenPlace, within: str | None = None) -> Reading:
    """Read one given place: its city as far as it has one, else its text, inside its region and country."""
    country = country_code(given.country)
    around = ", ".join(filter(None, (given.region, gazetteer.country_name(country) if country else given.country)))
    text = given.text or ""
    reading = place_text.read(f"{given.city}," if given.city else text or around, around or within)
    if given.city and text:
        reading = replace(reading, mode=place_text.mode_of([reading.mode, place_text.read(text).mode]))
    if not reading.found and around:
        wider = place_text.read(around).found
        is_remote = reading.mode is RemoteType.REMOTE
        reading = Reading(tuple(replace(place, remote=is_remote) for place in wider), reading.mode)
    found = [_within(place, given, country) for place in reading.found]
    return Reading(tuple(found), reading.mode)


def _as_shown(given: GivenPlace) -> GivenPlace:
    """A place of remote work without its city where the text shown is wider: "EMEA" is not its office's Frankfurt."""
    if not (given.city and given.text) or place_text.names_office(given.text):
        return given
    found = place_text.read(given.text).found
    if not found or any(place.place.city for place in found):
        return given
    return replace(given, city=None, region=None, latitude=None, longitude=None)


def _within(found: Found, given: GivenPlace, country: str | None) -> Found:
    """Hold a found place to the structured fields: never another country than the given one, and its coordinates."""
    place = found.place
    if country and place.country != country and not found.explicit and not found.group:
        place = Place(place.city, clean_line(given.region), country)
    if given.latitude is not None and given.longitude is not None:
        place = replace(place, latitude=given.latitude, longitude=given.longitude)
    return replace(found, place=place)


def country_code(name: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name or code in any case; None where it is not one."""
    candidates = gazetteer.lookup(gazetteer.key(name)) if name else ()
    return next((candidate.country for candidate in candidates if candidate.kind is Kind.COUNTRY), None)


def _countries(found: Iterable[Found]) -> list[str]:
    """The countries of places; of none where a group means the whole world."""
    found = list(found)
    if any(place.group and not place.countries for place in found):
        return []
    return sorted({c for f in found for c in (f.countries if f.group else (f.place.country,)) if c})


def _standard(found: Sequence[Found], homes: Sequence[Found], remote: bool) -> str | None:
    at_home = {place.place for place in homes}
    texts = [describe(place.place) for place in found if place.place not in at_home]
    if remote:
        where = [place.group or describe(place.place) for place in homes]
        texts.append(f"{_REMOTE} ({'; '.join(dict.fromkeys(filter(None, where)))})" if where else _REMOTE)
    return "; ".join(dict.fromkeys(filter(None, texts))) or None


def describe(place: Place) -> str:
    """A place in one line: "Montréal, Quebec, CA", "Berlin, DE", "Germany"; empty for no place."""
    if place.city is None and place.region is None:
        return gazetteer.country_name(place.country) if place.country else ""
    region = None if place.region == place.city else place.region
    return ", ".join(filter(None, (place.city, region, place.country)))
