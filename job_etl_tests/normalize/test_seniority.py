"""The level of a role from its title, the years asked for and the provider's word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.model import Seniority
from job_etl.normalize.seniority import classify_seniority, years_asked


def level(title: str | None, description: str | None = None, given_level: str | None = None) -> str:
    return classify_seniority(title, description=description, given=given_level)[0].value


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Software Engineering Intern", "intern"),
        ("Praktikant (m/w/d) Einkauf", "intern"),
        ("Werkstudentin Controlling", "intern"),
        ("Stagiaire communication", "intern"),
        ("Alternance - Chargé de clientèle", "intern"),
        ("Becario de ingeniería", "intern"),
        ("Tirocinio marketing", "intern"),
        ("Meewerkstage HR", "intern"),
        ("Estágio em logística", "intern"),
        ("Stażysta w dziale IT", "intern"),
        ("Junior Developer", "junior"),
        ("Jr. Accountant", "junior"),
        ("New Grad Software Engineer", "junior"),
        ("Développeur débutant", "junior"),
        ("Młodszy analityk", "junior"),
        ("Analyst I", "junior"),
        ("Ingénieur confirmé", "intermediate"),
        ("Medior Java ontwikkelaar", "intermediate"),
        ("Desenvolvedor Pleno", "intermediate"),
        ("Software Engineer II", "intermediate"),
        ("Senior Data Engineer", "senior"),
        ("Sr. Nurse", "senior"),
        ("Seniorberaterin Energie", "senior"),
        ("Starszy programista", "senior"),
        ("Staff Engineer", "senior"),
        ("Principal Scientist", "senior"),
        ("Ingénieur expérimenté", "senior"),
        ("Software Engineer III", "senior"),
        ("Team Lead Support", "lead"),
        ("Software Engineer 2, Platform", "intermediate"),
        ("Data Analyst 3", "senior"),
        ("Technician 2nd Shift", "unknown"),
        ("Designer 3D", "unknown"),
        ("Lead Developer", "lead"),
        ("Head of Data", "lead"),
        ("Abteilungsleiterin Einkauf", "lead"),
        ("Leitung Vertrieb", "lead"),
        ("Chef d'équipe", "lead"),
        ("Jefe de obra", "lead"),
        ("Kierownik magazynu", "lead"),
        ("Ekonomichef", "lead"),
        ("Teamleider logistiek", "lead"),
        ("Director of Engineering", "executive"),
        ("Directeur commercial", "executive"),
        ("Dyrektor finansowy", "executive"),
        ("Geschäftsführer", "executive"),
        ("VP Sales", "executive"),
        ("CTO", "executive"),
        ("Chief Financial Officer", "executive"),
        ("Co-Founder", "executive"),
        ("Software Engineer", "unknown"),
        ("Krankenpfleger", "unknown"),
    ],
)
def test_a_title_states_its_level(title: str, expected: str) -> None:
    assert level(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Lead Generation Specialist", "unknown"),
        ("Head Chef", "lead"),
        ("Associate Director", "executive"),
        ("Senior Living Aide", "unknown"),
        ("Executive Assistant", "unknown"),
        ("Executive Assistant to the CEO", "unknown"),
        ("Assistentin der Geschäftsführung", "unknown"),
        ("Internal Auditor", "unknown"),
        ("International Sales Representative", "unknown"),
        ("Principal Cellist", "unknown"),
        ("Sous Chef", "unknown"),
        ("Staff Nurse", "unknown"),
        ("Account Executive", "unknown"),
        ("Product Owner", "unknown"),
        ("HR Business Partner", "unknown"),
        ("Art Director", "unknown"),
        ("Flugbegleiter", "unknown"),
        ("Halbleitertechniker", "unknown"),
        ("Stage Hand", "unknown"),
        ("Mid-Market Account Executive", "unknown"),
        ("Client Management Engineer", "unknown"),
        ("Headhunter", "unknown"),
        ("Leadership Trainer", "unknown"),
    ],
)
def test_words_that_only_look_like_a_level_are_none(title: str, expected: str) -> None:
    assert level(title) == expected


@pytest.mark.parametrize(
    ("description", "years"),
    [
        ("You have 5+ years of experience in accounting.", 5),
        ("3-5 years of professional experience with Kubernetes", 3),
        ("Mindestens 3 Jahre Berufserfahrung im Vertrieb", 3),
        ("Vous justifiez de 2 ans d'expérience en gestion", 2),
        ("Al menos 4 años de experiencia en ventas", 4),
        ("Minimum 2 lata doświadczenia w księgowości", 2),
        ("Minst 3 års erfarenhet av försäljning", 3),
        ("2 years of experience in sales.\n7 years of experience in management.", 7),
        ("Our company has 12 years of experience in logistics.", None),
        ("Over the last 10 years we have built experience in retail.", None),
        ("You are 18 years or older.", None),
        ("A 401(k) with 3 years vesting", None),
        ("Work anniversaries (3, 5 and 10 years) with additional leave", None),
        ("Founded 1998.", None),
        ("", None),
    ],
)
def test_years_asked_for_are_read_and_others_are_not(description: str, years: int | None) -> None:
    assert years_asked(description) == years


def test_the_title_goes_before_the_description_and_that_before_the_provider() -> None:
    asked = "At least 6 years of experience with Python"
    assert level("Junior Developer", asked, "Director") == "junior"
    assert level("Developer", asked, "Entry level") == "senior"
    assert level("Developer", None, "Entry level") == "junior"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Internship", "intern"),
        ("ENTRY_LEVEL", "junior"),
        ("Mid-Senior level", "intermediate"),
        ("Senior Level", "senior"),
        ("Management", "lead"),
        ("Executive", "executive"),
        ("Not specified", "unknown"),
    ],
)
def test_a_providers_word_is_read(word: str, expected: str) -> None:
    assert level("Developer", None, word) == expected


def test_what_only_the_name_of_a_role_suggests_is_the_last_resort_and_says_so() -> None:
    suggested, origin = classify_seniority("Account Manager", description=None, given=None)
    assert suggested is Seniority.SENIOR
    assert origin is not None
    assert origin.how == "inferred"
    assert level("Account Manager", "2 years of experience in sales") == "intermediate"
    assert level("Store Manager") == "lead"


def test_who_manages_engineers_leads_whatever_years_are_asked() -> None:
    assert level("Engineering Manager, Payments", "2+ years of experience in leading teams") == "lead"
    assert level("Manager, Software Engineering", "7 years of experience") == "lead"
    assert level("Senior Engineering Manager") == "senior"


@given(st.text(max_size=60), st.text(max_size=200), st.one_of(st.none(), st.text(max_size=20)))
def test_any_text_has_a_level_and_always_the_same(title: str, description: str, word: str | None) -> None:
    first = classify_seniority(title, description=description, given=word)
    assert first == classify_seniority(title, description=description, given=word)
    assert (first[0] is Seniority.UNKNOWN) == (first[1] is None)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Founder Associate, Office of the CEO", Seniority.UNKNOWN),
        ("Chief of Staff to the CEO", Seniority.UNKNOWN),
        ("EA to CEO", Seniority.UNKNOWN),
        ("Senior Advisor to the President", Seniority.SENIOR),
        ("CEO", Seniority.EXECUTIVE),
        ("Co-Founder & CTO", Seniority.EXECUTIVE),
    ],
)
def test_whom_one_works_for_is_no_level_of_ones_own(title: str, level: Seniority) -> None:
    assert classify_seniority(title, description=None, given=None)[0] is level


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Manager, Data Engineering", Seniority.LEAD),
        ("Senior Manager, Accounting", Seniority.LEAD),
        ("Sr. Manager - Corporate IT", Seniority.LEAD),
        ("Manager of ETL Development", Seniority.LEAD),
        ("Senior Product Manager", Seniority.SENIOR),
        ("Account Manager, France", Seniority.SENIOR),
        ("Member of the Advisory Board", Seniority.EXECUTIVE),
        ("Trafikledare", Seniority.UNKNOWN),
        ("Persoonlijk Begeleider", Seniority.UNKNOWN),
        ("Teamleider Zorg", Seniority.LEAD),
        ("Associate Dean, School of Business", Seniority.UNKNOWN),
    ],
)
def test_a_title_that_begins_with_manager_of_something_heads_it(title: str, level: Seniority) -> None:
    assert classify_seniority(title, description=None, given=None)[0] is level


def test_no_experience_required_is_an_entry_level_and_no_internship() -> None:
    assert level("Media Search Analyst", given_level="no experience required / student") == "junior"
    assert level("Werkstudent Media", given_level="no experience required / student") == "intern"
    assert level("Media", given_level="Student") == "intern"
