"""Titles freed of everything that is not the role."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.title import standardise_title

PIECES = st.sampled_from(
    [
        "Data Engineer",
        "Vendeur",
        "(m/w/d)",
        " - ",
        "Remote",
        "(Berlin)",
        ", ",
        "$90k",
        "Req #12345",
        "C++",
        "🚀",
        "Entwickler:in",
        "H/F",
        "|",
        "(",
        "]",
        "URGENT",
        "Munich, Germany",
        "!",
        "in Vollzeit",
    ]
)


@pytest.mark.parametrize(
    ("title", "standard"),
    [
        ("Vertriebsmitarbeiter (m/w/d) in Teilzeit ab sofort", "Vertriebsmitarbeiter"),
        ("Elektriker (m/w/d) gesucht!", "Elektriker"),
        ("Data Engineer 80-100%", "Data Engineer"),
        ("Backend Developer", "Backend Developer"),
        ("  Backend   Developer ", "Backend Developer"),
        ("Backend Developer (m/w/d)", "Backend Developer"),
        ("Backend Developer - Fully Remote | Upto $14/hr", "Backend Developer"),
        ("Backend Developer - mindestens 48.000 €", "Backend Developer"),
        ("Backend Developer - desde 20.000€", "Backend Developer"),
        ("Backend Developer m|w|d", "Backend Developer"),
        ("Comptable H/F", "Comptable"),
        ("Comptable - F/H (CDI)", "Comptable"),
        ("Data Analyst (all genders)", "Data Analyst"),
        ("Specjalista (k/m)", "Specjalista"),
        ("Softwareentwickler:in", "Softwareentwickler"),
        ("Softwareentwickler*in im Bereich Robotik", "Softwareentwickler im Bereich Robotik"),
        ("Trainer/-in", "Trainer"),
        ("Projektleiter(in)", "Projektleiter"),
        ("Bürokaufmann/-frau", "Bürokaufmann"),
        ("Ingénieur expérimenté(e)", "Ingénieur expérimenté"),
        ("Chargé·e de projet", "Chargé de projet"),
        ("Administrador/a de sistemas", "Administrador de sistemas"),
        ("Sales Manager - Berlin, Germany", "Sales Manager"),
        ("Sales Manager, München", "Sales Manager"),
        ("Nurse - Full Time - Springfield, IL", "Nurse"),
        ("Sales Engineer, New England", "Sales Engineer"),
        ("Vertriebsmitarbeiter Großraum Rhein-Main", "Vertriebsmitarbeiter"),
        ("Account Executive (Perm, UK, Remote)", "Account Executive"),
        ("Account Executive, EMEA", "Account Executive"),
        ("DevOps Engineer in Hamburg", "DevOps Engineer"),
        ("Platform Engineer in Hamburg or Munich", "Platform Engineer"),
        ("Remote - Product Designer", "Product Designer"),
        ("Product Designer (100% remote)", "Product Designer"),
        ("Köchin in Vollzeit oder Teilzeit", "Köchin"),
        ("Software Engineer - $120k-$150k", "Software Engineer"),
        ("Driver $18.50/hr", "Driver"),
        ("Buchhalter ab 45.000 €", "Buchhalter"),
        ("Software Engineer - Req #12345", "Software Engineer"),
        ("Vertriebsleiter - Job-ID V000012345", "Vertriebsleiter"),
        ("Analyst [JR-00912]", "Analyst"),
        ("🚀 Growth Lead 🚀", "Growth Lead"),
        ("Nurse - URGENT", "Nurse"),
        ("HIRING NOW! Forklift Operator", "Forklift Operator"),
        ("WAREHOUSE ASSOCIATE", "Warehouse Associate"),
        ("IT SUPPORT TECHNICIAN", "IT Support Technician"),
        ("Werkstudent (m/w/d) bei der Nordlicht Software GmbH", "Werkstudent"),
        ("Elektriker - Muster Anlagenbau GmbH & Co. KG", "Elektriker"),
        ("R&amp;D Engineer", "R&D Engineer"),
        ("Kundenberater&nbsp;(w/m/d)", "Kundenberater"),
        ("Technicien(ne) de maintenance", "Technicien de maintenance"),
        ("Clerk (Salary RM1800 - RM2000)", "Clerk"),
        ("Cashier ( Night Shift )", "Cashier (Night Shift)"),
        ("Scheduler - Full Time - Quillwright River", "Scheduler - Quillwright River"),
        ("Engineer - Remote - Platform", "Engineer - Platform"),
        ("2027-2028 Social Worker", "Social Worker"),
        ("Ausbildung zum Elektroniker (m/w/d) 2027", "Ausbildung zum Elektroniker"),
        ("Software Engineer Intern - Winter 2026", "Software Engineer Intern"),
        ("Pressesprecher (m/w/d) - Teilzeit 25 Std.", "Pressesprecher"),
        ("Campaign Manager*in (SEO) im Homeoffice", "Campaign Manager (SEO)"),
        ("Notar in Jena, auf Wunsch mit Partnerperspektive", "Notar"),
        ("VP Channel Sales (TX)", "VP Channel Sales"),
        ("Key Account Manager (NL-based)", "Key Account Manager"),
        ("Enterprise Account Executive, Paris France", "Enterprise Account Executive"),
        ("Account Executive - Future Opportunities", "Account Executive"),
    ],
)
def test_what_is_beside_the_role_is_cut(title: str, standard: str) -> None:
    assert standardise_title(title)[0] == standard


@pytest.mark.parametrize(
    "title",
    [
        "C++ Developer",
        "Embedded Engineer, C/C++",
        "C# / .NET Developer",
        "Node.js Developer",
        "Remote Sensing Scientist",
        "Remote Pilot",
        "Mobile Engineer",
        "Engineer - Mobile",
        "SEO / SEA Manager",
        "Senior Manager, Product Strategy",
        "Software Engineer - Payments",
        "ISO 27001 Auditor",
        "Enterprise Account Executive",
        "Night Shift Nurse",
        "Reading Specialist",
        "(Senior) Consultant",
        "AS400 Programmer",
        "Bender / Metal Fabricator",
        "Lead - Advanced Analytics",
        "Brand Manager, International",
        "Performance Marketing Manager - SEA",
        "Software Engineer - Go",
        "Technician (AV)",
        "Lead Consultant - SAS",
        "Sales & Marketing Assistant",
        "Head of R&D",
        "Director, Engineering",
        "SQL Server 2022 Administrator",
        "Consultant Windows Server 2022",
        "Developer (web-based)",
        "Barista - UNIVERSITY AT ALBANY",
    ],
)
def test_what_belongs_to_the_role_stays(title: str) -> None:
    assert standardise_title(title)[0] == title


@pytest.mark.parametrize("title", ["Remote", "Berlin", "(m/w/d)", "Urgent!", "12345", "📢", "H/F"])
def test_a_title_is_never_emptied(title: str) -> None:
    standard, origin = standardise_title(title)
    assert standard
    assert origin is not None


@pytest.mark.parametrize("title", [None, "", "  \t\n"])
def test_no_title_has_no_standard_and_no_origin(title: str | None) -> None:
    assert standardise_title(title) == (None, None)


def test_names_told_are_cut_where_they_stand_apart() -> None:
    told = ("Quillwright", "Oberhofen am Thunersee")
    assert standardise_title("Baker - Quillwright - Oberhofen am Thunersee", told=told)[0] == "Baker"
    assert standardise_title("Quillwright Platform Engineer", told=told)[0] == "Quillwright Platform Engineer"


def test_the_origin_tells_an_untouched_title_from_a_cleaned_one() -> None:
    given_origin = standardise_title("Data Engineer")[1]
    cleaned_origin = standardise_title("Data Engineer (m/w/d)")[1]
    assert given_origin is not None
    assert given_origin.how == "given"
    assert cleaned_origin is not None
    assert cleaned_origin.how == "parsed"


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=7).map(" ".join)))
def test_any_text_standardises_to_something_that_stays(title: str) -> None:
    standard, origin = standardise_title(title)
    if standard is not None:
        assert origin is not None
        assert standardise_title(standard)[0] == standard


@pytest.mark.parametrize(
    ("title", "countries", "standard"),
    [
        ("FR - Machine Learning Engineer", {"FR"}, "Machine Learning Engineer"),
        ("DE | Account Executive", {"DE", "AT"}, "Account Executive"),
        ("FR - Machine Learning Engineer", {"US"}, "FR - Machine Learning Engineer"),
        ("IT - Project Manager", {"IT"}, "IT - Project Manager"),
        ("Media Producer - US timezone", set(), "Media Producer"),
        ("Sales Specialist (CST time zone)", set(), "Sales Specialist"),
        ("Branch Manager am Standort Hamburg-Harburg", set(), "Branch Manager"),
        ("Vertriebsmitarbeiter - Raum Hamburg", set(), "Vertriebsmitarbeiter"),
        ("Data Engineer (32-40 uur)", set(), "Data Engineer"),
        ("Associate Data Scientist - Class of 2024", set(), "Associate Data Scientist"),
        ("Software Engineer - 2027 Start - Austin, TX", set(), "Software Engineer"),
        ("Infirmier/ière coordinateur/trice", set(), "Infirmier coordinateur"),
        ("Technicien/ne de maintenance", set(), "Technicien de maintenance"),
        ("Chargé/e de clientèle", set(), "Chargé de clientèle"),
        ("Assistant/e commercial/e", set(), "Assistant commercial"),
    ],
)
def test_countries_ahead_time_zones_and_districts_are_beside_the_role(
    title: str, countries: set[str], standard: str
) -> None:
    assert standardise_title(title, countries=countries)[0] == standard
