from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from job_etl.model import GivenPlace, Place, RemoteType
from job_etl.normalize import gazetteer, place_text
from job_etl.normalize.places import ResolvedPlaces, describe, locate, resolve_places
from job_etl.quality.places import country_of, place_labels


def read(text: str) -> ResolvedPlaces:
    return resolve_places([GivenPlace(text=text)])


@pytest.mark.parametrize("split", ["dev", "test"])
def test_labelled_texts_are_read_as_a_person_reads_them(split: str) -> None:
    count: Counter[str] = Counter()
    wrong = []
    for text, expected, cities, remote in place_labels(split):
        found = read(text)
        described = [describe(place) for place in found.places]
        countries = {place.country for place in found.places}
        count["rows"] += 1
        count["country"] += countries == set(map(country_of, expected))
        count["city"] += sorted(place.city for place in found.places if place.city) == sorted(cities)
        count["place"] += sorted(described) == sorted(expected)
        count["remote"] += remote == set(found.remote_countries)
        continents = {gazetteer.continent(code) for code in map(country_of, expected) if code}
        if any(code and gazetteer.continent(code) not in continents for code in countries):
            wrong.append((text, described))
    assert count["rows"] >= 250
    assert count["country"] >= 0.97 * count["rows"], count
    assert count["city"] >= 0.95 * count["rows"], count
    assert count["place"] >= 0.95 * count["rows"], count
    assert count["remote"] >= 0.97 * count["rows"], count
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "location_std"),
    [
        ("Belfast, NI", "Belfast, Northern Ireland, GB"),
        ("Managua, NI", "Managua, Managua Department, NI"),
        ("Manila, NCR", "Manila, National Capital Region, PH"),
        ("Delhi, NCR", "New Delhi, Delhi, IN"),
        ("Monterrey, N.L.", "Monterrey, Nuevo León, MX"),
        ("St. John's, NL", "St. John's, Newfoundland and Labrador, CA"),
        ("Tijuana, BC", "Tijuana, Baja California, MX"),
        ("Vancouver, BC", "Vancouver, British Columbia, CA"),
        ("Madrid, MD", "Madrid, ES"),
        ("Baltimore, MD", "Baltimore, Maryland, US"),
        ("Utrecht, UT", "Utrecht, NL"),
        ("Amsterdam, NH", "Amsterdam, North Holland, NL"),
        ("Bogotá, DC", "Bogotá, CO"),
        ("Abu Dhabi, AZ", "Abu Dhabi, AE"),
        ("Nottingham, NG", "Nottingham, England, GB"),
        ("Lagos, NG", "Lagos, NG"),
        ("Dublin, CA", "Dublin, California, US"),
        ("Austin, NYC", "Austin, Texas, US; New York City, New York, US"),
    ],
)
def test_a_code_behind_a_city_is_of_the_country_that_has_such_a_city(text: str, location_std: str) -> None:
    assert read(text).location_std == location_std


@pytest.mark.parametrize(
    ("text", "location_std", "remote_countries"),
    [
        ("Montréal, QC, Canada", "Montréal, Quebec, CA", []),
        ("Berlin or Munich", "Berlin, DE; Munich, Bavaria, DE", []),
        ("3 Locations", None, []),
        (
            "Boston, New York, London, Berlin",
            "Boston, Massachusetts, US; New York City, New York, US; London, England, GB; Berlin, DE",
            [],
        ),
        ("Rome, New York", "Rome, New York, US", []),
        ("Remote", "Remote", []),
        ("Remote - US/Canada", "Remote (United States; Canada)", ["CA", "US"]),
        ("Remote: Germany, Austria", "Remote (Germany; Austria)", ["AT", "DE"]),
        (
            "SF, Seattle, Remote in the US",
            "San Francisco, California, US; Seattle, Washington, US; Remote (United States)",
            ["US"],
        ),
        ("Remote US, Toronto", "Toronto, Ontario, CA; Remote (United States)", ["US"]),
        ("Chicago, IL / Remote", "Chicago, Illinois, US; Remote", ["US"]),
        ("Austin, TX (Remote)", "Remote (Austin, Texas, US)", ["US"]),
        ("Anywhere (USA)", "Remote (United States)", ["US"]),
        ("Worldwide", "Remote (World)", []),
        ("Remote - DACH", "Remote (DACH)", ["AT", "CH", "DE"]),
        ("London, UK; Remote (EMEA)", "London, England, GB; Remote (EMEA)", list(gazetteer.group_members()["EMEA"])),
        ("Any location", None, []),
        ("OK", None, []),
        ("Stuttgart-Vaihingen", "Stuttgart, Baden-Württemberg, DE", []),
        ("Leipzig, SN", "Leipzig, Saxony, DE", []),
        ("Belo Horizonte, MG", "Belo Horizonte, Minas Gerais, BR", []),
        ("Columbia, SC", "Columbia, South Carolina, US", []),
        ("Cała Polska", "Poland", []),
        ("Work from anywhere in Germany", "Remote (Germany)", ["DE"]),
        ("Remote (NYC or SF)", "Remote (New York City, New York, US; San Francisco, California, US)", ["US"]),
        ("Remote in Canada (Ontario or BC)", "Remote (Ontario, CA; British Columbia, CA)", ["CA"]),
        ("Frankfurt (Oder)", "Frankfurt (Oder), Brandenburg, DE", []),
        ("Frankfurt (Main), Hessen", "Frankfurt am Main, Hesse, DE", []),
        ("Torino (TO)", "Turin, Piedmont, IT", []),
        ("Milano, MI", "Milan, Lombardy, IT", []),
        ("Milan, MI", "Milan, Michigan, US", []),
        ("Paris 9e Arrondissement", "Paris, Île-de-France, FR", []),
        ("Kraków lub zdalnie", "Kraków, Lesser Poland, PL; Remote", ["PL"]),
        ("US (any state except CA, NY)", "United States", []),
        ("Remote, United States (EST)", "Remote (United States)", ["US"]),
        ("Remote – must live in Texas or Florida", "Remote (Texas, US; Florida, US)", ["US"]),
        ("US-OK", "Oklahoma, US", []),
        ("Northern America, UK", "United Kingdom; Remote (Northern America)", ["CA", "US"]),
        ("US & CAN", "United States; Canada", []),
        ("Remote US/CA", "Remote (United States; Canada)", ["CA", "US"]),
        ("US, CA", "California, US", []),
        ("Winningen, Mosel", "Winningen, Rheinland-Pfalz, DE", []),
        ("Remote (US, CA, UK)", "Remote (United States; Canada; United Kingdom)", ["CA", "GB", "US"]),
        ("UK/DE/FR", "United Kingdom; Germany; France", []),
        ("US, IN, SG", "United States; India; Singapore", []),
        ("US; CA; GA", "United States; California, US; Georgia, US", []),
        ("US, CA, Fremont", "Fremont, California, US", []),
        ("Brazil, IN, US", "Brazil, Indiana, US", []),
        ("SF, SJ, NYC", "San Francisco, California, US; New York City, New York, US", []),
        ("Northern and Southern California", "California, US", []),
        ("North/South Carolina", "North Carolina, US; South Carolina, US", []),
    ],
)
def test_the_standard_text_names_places_and_where_one_may_live(
    text: str, location_std: str | None, remote_countries: list[str]
) -> None:
    found = read(text)
    assert found.location_std == location_std
    assert found.remote_countries == remote_countries


@pytest.mark.parametrize("text", ["North/South America", "North / South America", "North or South America"])
def test_a_word_that_shares_the_next_ones_name_is_given_it(text: str) -> None:
    members = gazetteer.group_members()
    assert read(text).location_std == "Remote (North America; South America)"
    assert read(text).remote_countries == sorted({*members["North America"], *members["South America"]})


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Wien, Österreich", "Vienna"),
        ("Porto", "Porto"),
        ("Lisboa, Portugal", "Lisbon"),
        ("Genève", "Geneva"),
        ("Tokyo", "Tokyo"),
        ("New York", "New York City"),
        ("Altona, Hamburg", "Hamburg"),
        ("Dublin 2, Ireland", "Dublin"),
        ("Ontario", None),
        ("Washington", None),
        ("Bayern", None),
        ("Stockholms län", None),
    ],
)
def test_a_name_of_a_region_and_its_city_is_the_citys_but_for_states(text: str, city: str | None) -> None:
    assert [place.city for place in read(text).places] == [city]


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Remote, Poland", RemoteType.REMOTE),
        ("Télétravail, France", RemoteType.REMOTE),
        ("Kraków (praca zdalna)", RemoteType.REMOTE),
        ("Berlin; Hybrid", RemoteType.HYBRID),
        ("Hybrid OK", RemoteType.HYBRID),
        ("Hybrid - Lisbon, Portugal", RemoteType.HYBRID),
        ("Hayward, CA - Onsite", RemoteType.ONSITE),
        ("Madrid (presencial)", RemoteType.ONSITE),
        ("Paris", None),
    ],
)
def test_the_mode_of_work_in_a_location_text_is_a_hint(text: str, mode: RemoteType | None) -> None:
    assert read(text).remote_hint is mode


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (GivenPlace(city="Toronto", region="ON", country="ca"), "Toronto, Ontario, CA"),
        (GivenPlace(city="Kleinstadtheim", region="Bayern", country="Deutschland"), "Kleinstadtheim, Bavaria, DE"),
        (GivenPlace(city="Berlin oder München", country="DE"), "Berlin, DE; Munich, Bavaria, DE"),
        (GivenPlace(country="GBR"), "United Kingdom"),
        (
            GivenPlace(text="Bilk, Düsseldorf", region="Nordrhein-Westfalen", country="Deutschland"),
            "Düsseldorf, North Rhine-Westphalia, DE",
        ),
        (GivenPlace(text="Cambridge", country="US"), "Cambridge, Massachusetts, US"),
        (GivenPlace(text="Cambridge", country="United Kingdom"), "Cambridge, England, GB"),
        (GivenPlace(text="Brisbane", country="US"), "Brisbane, US"),
        (GivenPlace(text="Head office", city="Ghent", country="Belgium"), "Gent, Flanders, BE"),
    ],
)
def test_structured_fields_decide(place: GivenPlace, expected: str) -> None:
    found = resolve_places([place])
    assert found.location_std == expected
    assert found.origin is not None
    assert found.origin.how == "given"


def test_a_remote_office_with_a_country_is_remote_work_in_that_country() -> None:
    found = resolve_places(
        [GivenPlace(city="Austin", region="TX", country="US"), GivenPlace(text="Remote", country="US")]
    )
    assert found.location_std == "Austin, Texas, US; Remote (United States)"
    assert found.remote_countries == ["US"]


@pytest.mark.parametrize(
    ("text", "city", "country", "expected", "countries"),
    [
        ("EMEA", "Frankfurt", "Germany", "Remote (EMEA)", {"DE", "FR", "AE"}),
        ("United States", "Miami", "United States", "Remote (United States)", {"US"}),
        ("Georgia", "Atlanta", "United States", "Remote (Georgia, US)", {"US"}),
        ("Remote UK", "Manchester", "United Kingdom", "Remote (United Kingdom)", {"GB"}),
        ("Florida HQ", "Miami", "United States", "Miami, Florida, US; Remote", {"US"}),
        ("Remote", "Toronto", "Canada", "Toronto, Ontario, CA; Remote", {"CA"}),
        ("Remote / Toronto", "Toronto", "Canada", "Toronto, Ontario, CA; Remote", {"CA"}),
    ],
)
def test_remote_work_is_where_the_text_says_and_not_where_the_office_is(
    text: str, city: str, country: str, expected: str, countries: set[str]
) -> None:
    place = GivenPlace(text=text, city=city, country=country, latitude=1.5, longitude=2.5)
    found = resolve_places([place], remote=True)
    assert found.location_std == expected
    assert all(each.city or each.latitude != place.latitude for each in found.places)
    assert countries <= set(found.remote_countries)
    assert [each.city for each in resolve_places([place]).places if each.city]


def test_what_the_provider_says_about_remote_work_makes_the_countries_of_the_places_those_to_live_in() -> None:
    assert resolve_places([GivenPlace(text="US")], remote=True).location_std == "Remote (United States)"
    assert resolve_places([GivenPlace(text="US, Canada")], remote="REMOTE").remote_countries == ["CA", "US"]
    assert resolve_places([GivenPlace(text="Oslo")], remote=True).location_std == "Oslo, NO; Remote"
    assert resolve_places([GivenPlace(text="Oslo")], remote=True).remote_countries == ["NO"]
    assert resolve_places([], remote=True).location_std == "Remote"
    assert resolve_places([GivenPlace(text="US")], remote="On-Site").remote_countries == []


def test_remote_places_of_the_provider_restrict_where_one_may_live() -> None:
    found = resolve_places([], remote_places=["USA", "Canada"])
    assert found.location_std == "Remote (United States; Canada)"
    assert found.remote_countries == ["CA", "US"]


def test_the_other_places_of_a_posting_decide_what_one_leaves_open() -> None:
    alone = resolve_places([GivenPlace(text="Cambridge")])
    beside = resolve_places([GivenPlace(text="Cambridge"), GivenPlace(text="Leeds, United Kingdom")])
    assert alone.places == [Place(city="Cambridge")]
    assert beside.places[0].country == "GB"


def test_given_coordinates_are_kept() -> None:
    place = resolve_places([GivenPlace(text="Bonn", latitude=50.7, longitude=7.1)]).places[0]
    assert (place.city, place.latitude, place.longitude) == ("Bonn", 50.7, 7.1)


@pytest.mark.parametrize(
    ("title", "location_std"),
    [
        ("Account Executive (Berlin)", "Berlin, DE"),
        ("Sales Manager - Toronto", "Toronto, Ontario, CA"),
        ("Data Engineer (Remote, Germany)", "Remote (Germany)"),
        ("Engineer, Reading", None),
        ("Sales Director, EMEA", None),
        ("Sales Director (Remote - EMEA)", "Remote (EMEA)"),
        ("Operations Lead (Nights)", None),
        ("Head of Growth - Mobile", None),
    ],
)
def test_a_title_tells_the_place_where_nothing_else_does(title: str, location_std: str | None) -> None:
    assert resolve_places([], title=title).location_std == location_std
    elsewhere = resolve_places([GivenPlace(text="Paris, France")], title=title)
    assert elsewhere.location_std == "Paris, Île-de-France, FR"


def test_a_home_is_located_by_a_text() -> None:
    home = locate("Toronto, ON")
    assert home is not None
    assert (home.city, home.country) == ("Toronto", "CA")
    assert home.latitude == pytest.approx(43.7, abs=0.1)
    assert locate("EMEA") is None
    assert locate("") is None


_pieces = st.sampled_from(
    [
        "Berlin",
        "Remote",
        "US",
        "CA",
        "New York",
        ", ",
        " - ",
        " / ",
        "; ",
        "(",
        ")",
        " or ",
        "Hybrid",
        "EMEA",
        "3 Locations",
        "Kreis",
        "94303",
    ]
)
_texts = st.one_of(st.text(max_size=80), st.lists(_pieces, max_size=9).map("".join))


@settings(deadline=None, max_examples=300)
@given(_texts)
def test_any_text_is_read_without_an_error_and_the_same_every_time(text: str) -> None:
    first = read(text)
    place_text.read.cache_clear()
    assert read(text) == first
    assert all(place.country is None or len(place.country) == 2 for place in first.places)
    assert first.remote_countries == sorted(set(first.remote_countries))


@settings(deadline=None, max_examples=300)
@given(_texts, _texts, st.one_of(st.none(), _texts), st.one_of(st.none(), _texts))
def test_any_fields_are_read_without_an_error(text: str, city: str, region: str | None, country: str | None) -> None:
    resolve_places([GivenPlace(text=text, city=city, region=region, country=country)], title=text)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_reading_a_resolved_place_again_changes_nothing(split: str) -> None:
    changed = [
        (text, describe(place), again.location_std)
        for text, *_ in place_labels(split)
        for place in read(text).places
        if place.country and (again := read(describe(place))).location_std != describe(place)
    ]
    assert len(changed) <= 2, changed


@pytest.mark.realdata
def test_location_texts_of_real_boards_are_resolved() -> None:
    root = Path(os.environ.get("JOB_ETL_REALDATA", "../shared/data")) / "timeseries/greenhouse_dev"
    if not root.is_dir():
        pytest.skip(f"no real boards at {root}")
    texts = {
        job["location"]["name"]
        for path in root.rglob("*.json")
        for job in json.loads(path.read_text(encoding="utf-8"))["jobs"]
        if isinstance(job.get("location"), dict) and job["location"].get("name")
    }
    unresolved = [text for text in texts if read(text).location_std is None]
    assert len(texts) > 300
    assert len(unresolved) < 0.03 * len(texts), sorted(unresolved)
