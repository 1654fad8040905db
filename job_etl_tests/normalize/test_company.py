import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.company import clean_company, company_match_key


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (" Lantern  Foods, Inc. ", "Lantern Foods, Inc."),
        ("Lantern &amp; Sons", "Lantern & Sons"),
        ("Lantern (https://lantern.example)", "Lantern"),
        ("Lantern (YC W21)", "Lantern"),
        ("Lantern, Inc., Remote", "Lantern, Inc."),
        ("Lantern - Full-time Remote", "Lantern"),
        ("Lantern - English", "Lantern"),
        ("Remote, Inc.", "Remote, Inc."),
        ("lantern.example", "lantern.example"),
        ("https://lantern.example", "https://lantern.example"),
        ("name", None),
        ("Confidential", None),
        ("N/A", None),
        (" ", None),
        (None, None),
    ],
)
def test_a_name_is_shown_as_written_and_a_placeholder_is_none(name: str | None, shown: str | None) -> None:
    assert clean_company(name) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lantern Foods", "Lantern Foods, Inc."),
        ("Lantern Foods", "LANTERN FOODS LLC"),
        ("Brückner & Söhne GmbH & Co. KG", "brückner und söhne".replace("und", "&")),
        ("Brückner AG", "Bruckner"),
        ("Straße SE", "STRASSE"),
        ("Fonderie du Lac S.A.S.", "Fonderie du Lac"),
        ("Officine Verdi S.p.A.", "Officine Verdi srl"),
        ("Młyny Północ Sp. z o.o.", "Młyny Północ"),
        ("Kværn A/S", "Kværn"),
        ("Tulp B.V.", "Tulp"),
        ("The Lantern Company", "Lantern"),
        ("Lantern.com", "Lantern"),
        ("Scale.ai", "Scale AI, Inc."),
        ("D'Or Café", "D’Or Cafe"),
        ("Lantern Job Board", "Lantern"),
        ("ООО Ромашка", "Ромашка (ПАО)"),
    ],
)
def test_two_spellings_of_one_employer_have_one_key(one: str, other: str) -> None:
    assert company_match_key(one) == company_match_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lantern Foods", "Lantern Robotics"),
        ("Lantern Group", "Lantern"),
        ("Lantern AI", "Lantern"),
        ("The Limited", "The Company"),
        ("SC Lantern", "Lantern"),
    ],
)
def test_what_may_be_two_employers_has_two_keys(one: str, other: str) -> None:
    assert company_match_key(one) != company_match_key(other)


@given(st.text())
def test_any_text_is_a_name_that_stays_and_a_key_that_stays(text: str) -> None:
    shown = clean_company(text)
    assert clean_company(shown) == shown
    key = company_match_key(text)
    assert company_match_key(key) == key
