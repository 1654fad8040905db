import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.model import RemoteType
from job_etl.normalize.remote import classify_remote

REMOTE, HYBRID, ONSITE, UNKNOWN = RemoteType.REMOTE, RemoteType.HYBRID, RemoteType.ONSITE, RemoteType.UNKNOWN


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("remote", REMOTE),
        ("fully", REMOTE),
        ("fully_remote", REMOTE),
        ("Télétravail total", REMOTE),
        ("Hybrid", HYBRID),
        ("Télétravail fréquent", HYBRID),
        ("REMOTE, ONSITE", HYBRID),
        ("temporary", HYBRID),
        ("ON_SITE", ONSITE),
        ("OnSite", ONSITE),
        ("office", ONSITE),
        ("none", ONSITE),
        ("not_mentioned", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_providers_word_decides(word: str, kind: RemoteType) -> None:
    assert classify_remote(word, None, None, None, [])[0] is kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Data Engineer (Remote)", REMOTE),
        ("Remote Data Engineer", REMOTE),
        ("Développeur Java - full remote", REMOTE),
        ("Programador PHP 100% remoto", REMOTE),
        ("Inżynier DevOps (praca zdalna)", REMOTE),
        ("Sachbearbeiter (Homeoffice möglich)", HYBRID),
        ("Comptable - télétravail 2 jours", HYBRID),
        ("Hybrid Sales Manager, Oslo", HYBRID),
        ("Verkäufer vor Ort", ONSITE),
        ("Remote Sensing Scientist", UNKNOWN),
        ("Hybrid Cloud Architect", UNKNOWN),
        ("Remote Sensing Scientist (hybrid)", HYBRID),
        ("On-site Gym Manager", UNKNOWN),
        ("Virtual Assistant", UNKNOWN),
        ("Hybridisation Chemist", UNKNOWN),
        ("Técnico en sensoriamento remoto", UNKNOWN),
        ("Conseiller clientèle à distance", UNKNOWN),
    ],
)
def test_a_note_in_the_title_counts_and_a_subject_matter_does_not(title: str, kind: RemoteType) -> None:
    assert classify_remote(None, None, title, None, [])[0] is kind


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("This is a fully remote position.", REMOTE),
        ("Je werkt op kantoor in Utrecht.", ONSITE),
        ("Le poste est basé sur site à Nantes", ONSITE),
        ("Se trabaja de forma presencial", ONSITE),
        ("Thuiswerken is mogelijk", HYBRID),
        ("Location: Springfield (Remote)\nWe build bridges", REMOTE),
        ("We sell ladders. #LI-Remote", REMOTE),
        ("Du arbeitest 100 % Homeoffice.", REMOTE),
        ("Poste en télétravail complet, partout en France", REMOTE),
        ("Lavoro da remoto al 100%", REMOTE),
        ("Praca w 100% zdalna", REMOTE),
        ("You will be in the office 3 days a week: 3 days per week in office.", HYBRID),
        ("Three days a week in the office", HYBRID),
        ("Wir bieten mobiles Arbeiten und Homeoffice möglich", HYBRID),
        ("2 jours de télétravail par semaine", HYBRID),
        ("Modalidad híbrida en Madrid", HYBRID),
        ("Je kunt 2 dagen thuiswerken", HYBRID),
        ("Due giorni in smart working", HYBRID),
        ("Modelo de trabalho: híbrido", HYBRID),
        ("Praca hybrydowa z Krakowa", HYBRID),
        ("Möjlighet till distansarbete", HYBRID),
        ("We are in the office 5 days a week in the office", ONSITE),
        ("We work in the office 3–5x/week", HYBRID),
        ("3 to 5 days in the office", HYBRID),
        ("three to five days in the office", HYBRID),
        ("5 days per week on-site", ONSITE),
        ("This is not a remote position", ONSITE),
        ("We do not offer remote work", ONSITE),
        ("Arbeitsort: Bremen, vor Ort", ONSITE),
        ("We run hybrid clouds and a remote job board; there is an on-site gym.", UNKNOWN),
        ("Experience with remote sensing and hybrid vehicles", UNKNOWN),
        ("We pay a home office stipend", UNKNOWN),
        ("Northwind | Data Engineer | Remote | Full-time", REMOTE),
        ("Northwind | Remote (US) | Data Engineer", REMOTE),
        ("Northwind | Oslo | Onsite/Hybrid | Full-time", HYBRID),
        ("Northwind | Oslo | Remote or Onsite", HYBRID),
        ("Northwind | Onsite | Oslo", ONSITE),
        ("Genau 98% remote", REMOTE),
        ("We are looking for a remote cook. #BI-Remote", REMOTE),
    ],
)
def test_descriptions_in_nine_languages_are_understood(description: str, kind: RemoteType) -> None:
    assert classify_remote(None, None, None, description, [])[0] is kind


def test_a_provider_goes_before_the_title_and_the_title_before_the_description() -> None:
    text = "This is a fully remote position."
    assert classify_remote("hybrid", None, "Cook (on-site)", text, [])[0] is HYBRID
    assert classify_remote(None, None, "Cook (on-site)", text, [])[0] is ONSITE
    assert classify_remote(None, REMOTE, "Cook (on-site)", None, [])[0] is REMOTE
    assert classify_remote(None, None, None, text, ["Remote or Bonn, hybrid"])[0] is HYBRID


def test_a_flag_is_coarser_than_a_note_and_a_false_one_only_a_default() -> None:
    assert classify_remote(True, None, None, "In our office", [])[0] is REMOTE
    assert classify_remote(True, None, "Cook (hybrid)", None, [])[0] is HYBRID
    assert classify_remote(False, None, None, "We work on a hybrid basis", [])[0] is HYBRID
    assert classify_remote(False, None, None, "Location: remote", [])[0] is REMOTE
    kind, origin = classify_remote(False, None, None, "We are a remote-first company", [])
    assert kind is ONSITE
    assert origin is not None
    assert origin.how == "inferred"


def test_what_is_unknown_has_no_origin() -> None:
    assert classify_remote(None, None, "Cook", "We cook.", ["Bonn"]) == (UNKNOWN, None)


@given(st.text(), st.text(), st.none() | st.booleans() | st.text(), st.lists(st.text(), max_size=3))
def test_any_text_has_a_kind_and_every_kind_but_unknown_an_origin(
    title: str, description: str, given: bool | str | None, places: list[str]
) -> None:
    kind, origin = classify_remote(given, None, title, description, places)
    assert (kind is UNKNOWN) == (origin is None)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Lieu : Villejuif Type de contrat : CDI Télétravail : 2 à 3 jours par semaine", RemoteType.HYBRID),
        ("Location: Berlin, remote 2 days per week", RemoteType.HYBRID),
        ("Standort: Berlin, 3 Tage Homeoffice", RemoteType.HYBRID),
        ("This role has been designed as 'Hybrid', on average 2 days per week from an HPE office.", RemoteType.HYBRID),
        ("Location: Remote", RemoteType.REMOTE),
        ("Location: Remote (5 days a week)", RemoteType.REMOTE),
    ],
)
def test_remote_work_on_some_days_of_the_week_is_hybrid(text: str, mode: RemoteType) -> None:
    assert classify_remote(None, None, None, text, [])[0] is mode
