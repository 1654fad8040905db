import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.department import classify_department, department, industry


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Senior Marketing Manager", "Marketing"),
        ("Leitung Unternehmenskommunikation", "Marketing"),
        ("Vertriebsleiter Nord", "Sales"),
        ("VP, Sales Engineering, EMEA", "Sales"),
        ("Technico-commercial", "Sales"),
        ("Technical Recruiter", "Human Resources"),
        ("Sachbearbeiter Entgeltabrechnung", "Human Resources"),
        ("Acheteuse", "Purchasing"),
        ("Backend Developer", "Engineering"),
        ("Ontwikkelaar", "Engineering"),
        ("Data Scientist", "Data"),
        ("Product Owner", "Product"),
        ("UX Researcher", "Design"),
        ("Projektleiterin Anlagenbau", "Project Management"),
        ("Księgowa", "Finance"),
        ("Abogado laboralista", "Legal"),
        ("Sjuksköterska", "Healthcare"),
        ("Assistenz der Geschäftsführung", "Administrative"),
        ("Customer Success Manager", "Customer Support"),
        ("Astronaut", None),
    ],
)
def test_the_words_of_a_title_name_a_department(title: str, name: str | None) -> None:
    assert classify_department(title) == name


def test_the_provider_goes_before_the_title() -> None:
    assert department(" People &amp; Places ", "Ovens", "Baker, Sales")[0] == "People & Places"
    assert department("N/A", "Ovens", "Baker, Sales")[0] == "Ovens"
    name, origin = department(None, None, "Sales Baker")
    assert name == "Sales"
    assert origin is not None
    assert origin.how == "inferred"
    assert department(None, None, None) == (None, None)


def test_an_industry_is_only_what_the_provider_says() -> None:
    assert industry("Food &amp; Beverage")[0] == "Food & Beverage"
    assert industry("-1") == (None, None)
    assert industry(None) == (None, None)


@given(st.text())
def test_any_text_has_a_department_that_stays_or_none(text: str) -> None:
    name, _ = department(text, None, None)
    assert department(name, None, None)[0] == name
    classify_department(text)
