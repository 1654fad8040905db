"""Titles to roles, families and ESCO occupations; the occupations here are invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize import occupation
from job_etl.normalize.occupation import match_occupation, rank_occupations

ESCO = """conceptUri,code,preferredLabel,altLabels
http://example.org/occupation/1,2512.1,software developer,"programmer
application developer"
http://example.org/occupation/2,5131.1,waiter/waitress,"waiter
table attendant"
http://example.org/occupation/3,3411.1,moth inspector,"inspector of moths
moth examiner"
http://example.org/occupation/4,2512,embedded systems software developer,"firmware programmer"
"""

WHEEL = """id,description
http://example.org/esco/occupation/9,"moth inspector inspector of moths moth examiner Moth inspectors look at moths."
http://example.org/esco/isco/C1,"Inspectors Inspectors inspect."
"""

TABIYA = """ORIGINURI,CODE,PREFERREDLABEL,ALTLABELS
http://example.org/occupation/7,1,moth inspector,"inspector of moths"
"""


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    def forget() -> None:
        for cached in (occupation._index, occupation._spelt, occupation.rank_occupations, occupation._words):
            cached.cache_clear()

    forget()
    yield
    forget()


@pytest.fixture
def taxonomy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    def install(name: str, content: str) -> None:
        (tmp_path / name).write_text(content, encoding="utf-8")
        monkeypatch.setenv("JOB_ETL_TAXONOMY_DIR", str(tmp_path))

    return install


@pytest.fixture
def no_taxonomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOB_ETL_TAXONOMY_DIR", raising=False)


@pytest.mark.usefixtures("no_taxonomy")
@pytest.mark.parametrize(
    ("title", "role", "family"),
    [
        ("Senior Backend Engineer (Remote)", "Software developer", "Software engineering"),
        ("Softwareentwicklerin Java", "Software developer", "Software engineering"),
        ("Développeuse web", "Web developer", "Software engineering"),
        ("Anwendungssoftwareentwickler", "Software developer", "Software engineering"),
        ("Pflegefachkraft (m/w/d)", "Nurse", "Healthcare"),
        ("Infirmière", "Nurse", "Healthcare"),
        ("Zerspanungsmechaniker", "CNC machinist", "Production"),
        ("Magazynier", "Warehouse worker", "Logistics"),
        ("Camarero", "Waiter", "Hospitality"),
        ("Key Account Manager", "Sales account manager", "Sales"),
        ("Buchhalterin", "Accountant", "Finance and accounting"),
        ("Lastbilschaufför", "Truck driver", "Transport"),
        ("Data Warehouse Engineer", "Data engineer", "Data and analytics"),
        ("Research Engineer", "Research engineer", "Science"),
        ("Software Development Manager", "Engineering manager", "Software engineering"),
        ("Business Development Director", "Business developer", "Business development"),
        ("Training & Development Manager", "Training specialist", "Human resources"),
        ("Business Analyst (Customer Success)", "Business analyst", "Business analysis"),
        ("Nurse / Medical Assistant", "Nurse", "Healthcare"),
        ("Counsel, Privacy Compliance", "Lawyer", "Legal and compliance"),
        ("VP, Sales", "Sales manager", "Sales"),
        ("Specialist Sales Engineering Manager", "Sales engineer", "Sales"),
        ("Director, Accounting", "Accounting manager", "Finance and accounting"),
        ("Network Pre-Sales Systems Engineer", "Sales engineer", "Sales"),
        ("Engineering Lead", "Engineering manager", "Software engineering"),
        ("Fashion Designer", "Fashion designer", "Design"),
        ("Nursery Nurse", "Childcare worker", "Education"),
        ("Veterinary Nurse", "Veterinary nurse", "Healthcare"),
        ("Steuerfachangestellte", "Tax clerk", "Finance and accounting"),
        ("Industriekauffrau", "Administrative assistant", "Administration"),
        ("Senior Account Lead", "Sales account manager", "Sales"),
        ("Softwareentwickler im Bereich Supply Chain", "Software developer", "Software engineering"),
        ("Abteilungsleitung Buchhaltung", "Accountant", "Finance and accounting"),
        ("Founder's Associate", "Founder's associate", "Business development"),
        ("Sales Engineering Director", "Sales engineer", "Sales"),
        ("Engineering Director", "Chief technology officer", "Executive management"),
        ("Director, Data Engineering", "Data engineer", "Data and analytics"),
        ("Data Engineering Manager", "Data engineer", "Data and analytics"),
        ("Sr. Manager, Engineering", "Engineering manager", "Software engineering"),
        ("Director, Legal Operations, EMEA", "Operations manager", "Operations"),
        ("Manager of Internal Communications", "Communication manager", "Content and communication"),
        ("Site Reliability Engineering", "DevOps engineer", "Software engineering"),
        ("Werkstudent Produktionsplanung", "Production supervisor", "Production"),
        ("Software Engineering Intern", "Software developer", "Software engineering"),
        ("Director Financiero", "Financial manager", "Finance and accounting"),
        ("Analista de Dados", "Data analyst", "Data and analytics"),
        ("Kundtjänstmedarbetare", "Customer service representative", "Customer service"),
        ("Sales Account Specialist", "Sales account manager", "Sales"),
        ("Manager, Account Management", "Sales account manager", "Sales"),
        ("Accounts Payable Specialist", "Accounting assistant", "Finance and accounting"),
        ("DEVELOPPEUR JAVA H/F", "Software developer", "Software engineering"),
        ("Infirmiere", "Nurse", "Healthcare"),
        ("Business Developpeur", "Business developer", "Business development"),
        ("Senior IT Apps Developer", "Software developer", "Software engineering"),
        ("App Developer", "Mobile application developer", "Software engineering"),
        ("iOS App Developer", "Mobile application developer", "Software engineering"),
        ("IAM Engineer", "ICT security engineer", "Cybersecurity"),
        ("Identity & Access Management Lead", "ICT security engineer", "Cybersecurity"),
    ],
)
def test_without_a_taxonomy_the_role_and_its_family_are_told(title: str, role: str, family: str) -> None:
    match = match_occupation(title)
    assert match is not None
    assert (match.label, match.family, match.uri) == (role, family, None)


@pytest.mark.usefixtures("no_taxonomy")
@pytest.mark.parametrize(
    "title",
    [
        "Wizard of Light",
        "Quantum Expert",
        "",
        "🚀",
        "Zzyzx",
        "Channel Development Manager",
        "Land Development Manager",
        "Physics Fellow",
        "Open Source Evangelist",
        "Developer Advocate",
        "Toys & Models Expert",
        "Helper (Rider University)",
        "Cyber Resilience Architect",
    ],
)
def test_a_title_that_names_no_known_role_has_no_occupation(title: str) -> None:
    assert match_occupation(title) is None


@pytest.mark.parametrize("title", ["Moth Inspector", "Inspector of Moths (m/w/d)", "Moth inspecter - Berlin"])
@pytest.mark.parametrize(
    ("file", "content"), [("occupations_en.csv", ESCO), ("occupations.csv", TABIYA), ("occupations.csv", WHEEL)]
)
def test_the_shapes_of_the_taxonomy_are_all_read(
    taxonomy: Callable[[str, str], None], file: str, content: str, title: str
) -> None:
    taxonomy(file, content)
    match = match_occupation(title)
    assert match is not None
    assert match.label == "moth inspector"
    assert match.uri is not None


def test_a_recognised_role_leads_to_its_occupation(taxonomy: Callable[[str, str], None]) -> None:
    taxonomy("occupations.csv", ESCO)
    match = match_occupation("Kotlin Backend Engineer")
    assert match is not None
    assert (match.uri, match.code, match.family) == (
        "http://example.org/occupation/1",
        "2512.1",
        "Software engineering",
    )


def test_a_title_with_no_near_occupation_keeps_the_family_of_its_role(taxonomy: Callable[[str, str], None]) -> None:
    taxonomy("occupations.csv", ESCO)
    match = match_occupation("Lastbilschaufför")
    assert match is not None
    assert (match.uri, match.label, match.family) == (None, "Truck driver", "Transport")


def test_a_role_has_its_occupation_though_many_others_have_more_of_the_words(
    taxonomy: Callable[[str, str], None],
) -> None:
    others = "".join(f"http://example.org/{n},2149,amber moth night shift operator {n},\n" for n in range(12))
    taxonomy("occupations.csv", ESCO + others)
    title = "Kotlin Backend Engineer Team Zebra Yak - Amber Moth Night Shift Operator"
    match = match_occupation(title)
    assert match is not None
    assert match.label not in {ranked.label for ranked in occupation.rank_occupations(title)}
    assert (match.uri, match.family) == ("http://example.org/occupation/1", "Software engineering")


def test_a_role_wider_than_any_occupation_is_told_as_it_is(taxonomy: Callable[[str, str], None]) -> None:
    taxonomy("occupations.csv", ESCO.replace("moth inspector", "moth scientist"))
    match = match_occupation("Research Scientist, Moths")
    assert match is not None
    assert (match.uri, match.label, match.family) == (None, "Scientist", "Science")


@pytest.mark.parametrize("title", ["Senior Examiner", "Moth Lead", "Examiner, Northern Moths of the Night Shift"])
def test_a_title_that_only_looks_like_an_occupation_is_not_told(
    taxonomy: Callable[[str, str], None], title: str
) -> None:
    taxonomy("occupations.csv", ESCO)
    assert match_occupation(title) is None
    assert [entry.label for entry in rank_occupations(title, 1)] == ["moth inspector"]


def test_a_name_of_everyday_words_is_no_narrower_occupation(taxonomy: Callable[[str, str], None]) -> None:
    others = "".join(f"http://example.org/{n},2149,amber product specialist {n},\n" for n in range(12))
    narrow = "http://example.org/13,2141,silk product weaver,product specialist\n"
    taxonomy("occupations.csv", ESCO + others + narrow)
    assert rank_occupations("Product Specialist", 1)[0].label == "silk product weaver"
    assert match_occupation("Product Specialist") is None


def test_a_role_is_told_by_its_own_part_of_a_title(taxonomy: Callable[[str, str], None]) -> None:
    taxonomy("occupations.csv", ESCO)
    match = match_occupation("Software Developer (formerly Moth Inspector)")
    assert match is not None
    assert match.label == "software developer"


@pytest.mark.usefixtures("no_taxonomy")
def test_a_word_is_no_slip_of_one_that_differs_in_two_letters() -> None:
    match = match_occupation("Wizard of Conversation")
    assert match is None
    assert occupation._spelt("enginneer") == "engineer"


def test_the_ranking_is_ordered_and_bounded(taxonomy: Callable[[str, str], None]) -> None:
    taxonomy("occupations.csv", ESCO)
    ranked = rank_occupations("Firmware Programmer", 2)
    assert [entry.uri for entry in ranked] == ["http://example.org/occupation/4", "http://example.org/occupation/1"]
    assert all(0 <= entry.confidence <= 1 for entry in ranked)


@given(st.text(max_size=80))
def test_any_title_can_be_asked_for(title: str) -> None:
    assert match_occupation(title) == match_occupation(title)
