from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize import gazetteer, gazetteer_index
from job_etl.normalize.gazetteer import Kind, key, lookup
from job_etl.paths import config_file


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home; what was read from the index before is forgotten, before and after."""
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path / "home"))
    _forget()
    yield tmp_path / "home"
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for function in (gazetteer._index_file, gazetteer.lookup, gazetteer.region_names, gazetteer.group_members):
        function.cache_clear()
    if hasattr(gazetteer._local, "connection"):
        gazetteer._local.connection.close()
        del gazetteer._local.connection


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Düsseldorf", "DUSSELDORF"),
        ("Saint-Denis", "St. Denis"),
        ("Washington, D.C.", "washington dc"),
        ("Tyne & Wear", "Tyne and Wear"),
        ("Łódź", "lodz"),
        ("København", "kobenhavn"),
        ("Fort Worth", "Ft. Worth"),
        ("L'Haÿ-les-Roses", "L’Hay les Roses"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@pytest.mark.parametrize(
    ("name", "kind", "meaning", "country"),
    [
        ("München", Kind.CITY, "Munich", "DE"),
        ("Kuenzelsau", Kind.CITY, "Künzelsau", "DE"),
        ("東京", Kind.CITY, "Tokyo", "JP"),
        ("Москва", Kind.CITY, "Moscow", "RU"),
        ("Bayern", Kind.REGION, "Bavaria", "DE"),
        ("Bavière", Kind.REGION, "Bavaria", "DE"),
        ("Hérault", Kind.SUBREGION, "Hérault", "FR"),
        ("Dakota County", Kind.SUBREGION, "Dakota County", "US"),
        ("Deutschland", Kind.COUNTRY, "Germany", "DE"),
        ("Allemagne", Kind.COUNTRY, "Germany", "DE"),
        ("Niemcy", Kind.COUNTRY, "Germany", "DE"),
        ("LATAM", Kind.GROUP, "Latin America", ""),
    ],
)
def test_names_are_known_in_the_languages_of_postings(name: str, kind: Kind, meaning: str, country: str) -> None:
    found = lookup(key(name))
    assert (kind, meaning, country) in [(c.kind, c.name, c.country) for c in found]


def test_groups_within_groups_are_countries() -> None:
    members = gazetteer.group_members()
    assert members["DACH"] == ("AT", "CH", "DE")
    assert {"DE", "AE", "ZA"} <= set(members["EMEA"])
    assert members["World"] == ()
    assert all(len(code) == 2 for codes in members.values() for code in codes)


def test_the_index_is_built_once_and_found_again(own_home: Path) -> None:
    assert lookup("berlin")[0].country == "DE"
    built = list((own_home / "cache").iterdir())
    assert [path.suffix for path in built] == [".sqlite"]
    written = built[0].stat().st_mtime_ns
    _forget()
    assert lookup("berlin")[0].country == "DE"
    assert built[0].stat().st_mtime_ns == written


def test_an_edited_dictionary_makes_a_new_index(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own := tmp_path / "config" / "taxonomy").mkdir(parents=True)
    for name in ("places_regions.tsv", "places_groups.yml"):
        shutil.copy(config_file(f"taxonomy/{name}"), own / name)
    aliases = config_file("taxonomy/places_aliases.tsv").read_text(encoding="utf-8")
    (own / "places_aliases.tsv").write_text(aliases + "Old Beantown|Beanopolis\tBoston\tUS-MA\tUS\n", encoding="utf-8")
    unedited = gazetteer_index.digest()
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path / "config"))
    assert lookup("beanopolis")[0].name == "Boston"
    assert unedited not in next((own_home / "cache").iterdir()).name


def test_a_home_that_cannot_be_written_is_no_obstacle(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_home.write_text("a file where a folder should be")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert lookup("berlin")[0].country == "DE"
    assert len(list(tmp_path.glob("job_etl-*/gazetteer-*.sqlite"))) == 1


def test_every_region_of_a_city_has_a_name() -> None:
    names = gazetteer.region_names()
    lookup("berlin")
    with sqlite3.connect(gazetteer._index_file()) as connection:
        regions = connection.execute("select country, region from places where kind = 4 and region <> ''").fetchall()
    unnamed = {(country, region) for country, region in regions if (country, region) not in names}
    assert len(unnamed) < 0.02 * len(set(regions)), sorted(unnamed)
