"""Skills in tags, titles and descriptions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.normalize.skills import Mention, ancestors, dictionary, extract_skills, find_skills, locate_skills


def skills(description: str) -> list[str]:
    return extract_skills(None, description, tags=[])[1]


def test_the_dictionary_is_large_and_every_parent_is_in_it() -> None:
    entries = dictionary()
    assert len(entries) >= 3000
    assert sum(bool(entry.parent) for entry in entries.values()) > 0.95 * len(entries)
    assert all(len(ancestors(name)) < 6 for name in entries)


def test_no_spelling_belongs_to_two_skills() -> None:
    owners: dict[str, str] = {}
    for skill in dictionary().values():
        for spelling in {alias.lstrip("~=").lower().replace("-", " ") for alias in skill.aliases}:
            assert owners.setdefault(spelling, skill.name) == skill.name, spelling


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Python, Java and PostgreSQL", ["Python", "Java", "PostgreSQL"]),
        ("postgres/k8s/aws-Lambda", ["PostgreSQL", "Kubernetes", "AWS Lambda"]),
        ("machine-learning models in C++ and C#", ["Machine learning", "C++", "C#"]),
        ("REST APIs, Node.js and ASP.NET.", ["REST APIs", "Node.js", "ASP.NET"]),
        ("CI / CD pipelines", ["CI/CD"]),
        ("data warehouses", ["Data warehousing"]),
        ("javascripting", []),
        ("SQL-Kenntnisse und Projektmanagement", ["SQL", "Project management"]),
        ("maîtrise de l'anglais et comptabilité", ["English", "Accounting"]),
        ("obsługa klienta i język angielski", ["Customer service", "English"]),
    ],
)
def test_skills_are_found_as_whole_words_in_any_spelling(text: str, expected: list[str]) -> None:
    assert skills(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Experience in Go is required", ["Go"]),
        ("Our go-to-market plan will go far", ["Go-to-market strategy"]),
        ("Go, Rust and Swift", ["Go", "Rust", "Swift"]),
        ("python, go, java", ["Python", "Go", "Java"]),
        ("You go the extra mile", []),
        ("proficiency in R or Python", ["R", "Python"]),
        ("the R in HR", ["Human resources"]),
        ("programming in C", ["C"]),
        ("a C-level sponsor", []),
        ("a swift answer", []),
        ("iOS development in Swift", ["iOS", "Swift"]),
        ("You excel at planning", ["Planning"]),
        ("knowledge of Excel", ["Microsoft Excel"]),
        ("Excel, Word and PowerPoint", ["Microsoft Excel", "Microsoft Word", "Microsoft PowerPoint"]),
        ("Access to a car", []),
        ("spark joy with customers", []),
        ("Hadoop and Spark", ["Apache Hadoop", "Apache Spark"]),
        ("Chef for our kitchen", []),
        ("Ansible, Chef or Puppet", ["Ansible", "Chef", "Puppet"]),
        ("Make sure that it works", []),
        ("Polish the draft", []),
        ("a ruby ring", []),
        ("Packer wanted for the night shift", []),
        ("Terraform, Packer and Ansible", ["Terraform", "Packer", "Ansible"]),
        ("Immer gut gelaunt", []),
        ("Notion de comptabilité", ["Accounting"]),
        ("robots de picking y picking robots", ["Order picking"]),
        ("despliegues en producción", []),
        ("des solutions sur mesure", []),
        ("we pay $130k CAD", []),
        ("90,000 - 110,000 CAD a year", []),
        ("un salaire de 90 000 CAD", []),
        ("from PHP 40,000 monthly", []),
        ("CAD and PHP 8", ["CAD", "PHP"]),
        ("since 2024 PHP is required", ["PHP"]),
        ("Ruby developer", ["Ruby"]),
        ("You work on our core data ingestion, in the Core Data team", []),
        ("SwiftUI and Core Data", ["SwiftUI", "Core Data"]),
        ("knowledge of Core Data", ["Core Data"]),
        ("We have great expectations of our group policy", []),
        ("a lean team that moves money over new rails between our nodes", []),
        ("Rails, Node and Lean principles", ["Ruby on Rails", "Node.js", "Lean manufacturing"]),
        ("laid the foundations, and build systems that last", []),
        ("regular check-ins; keep upstream changes in design", []),
        ("garantir la fiabilité des données mises à disposition", []),
        ("un groupe français, leader sur le marché italien", []),
        ("Deutsch verhandlungssicher; Sie steuern Standorte in Italien", ["German"]),
        ("our copilot for lawyers", []),
        ("GitLab, Copilot or Claude Code", ["GitLab", "GitHub Copilot", "Anthropic Claude"]),
    ],
)
def test_a_name_that_is_also_a_word_counts_only_in_context(text: str, expected: list[str]) -> None:
    assert skills(text) == expected


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("You care for CRM hygiene and forecasts.", ["CRM systems", "Forecasting"]),
        ("Wound care and hygiene on the ward.", ["Wound care", "Infection control"]),
        ("You report to the Executive Management Team (EMT).", []),
        ("Ephemeral PR environments on Kubernetes.", ["Kubernetes"]),
        ("You focus on SoC, ISO and GDPR.", ["Data protection"]),
        ("FPGA and SoC verification.", ["FPGA", "ASIC design"]),
        ("Experience with ROS is a plus.", ["Robotics"]),
        ("Reports of best sellers: ROS, weeks of cover.", []),
    ],
)
def test_a_word_of_several_fields_is_a_skill_beside_another_of_its_field(text: str, skills: list[str]) -> None:
    assert [mention.skill for mention in find_skills(None, text, tags=[]) if mention.skill != "Reporting"] == skills


@pytest.mark.parametrize(
    ("company", "text", "skills"),
    [
        ("Ansible Health", "At Ansible Health nurses lead. Ansible was founded by doctors.", []),
        ("Ansiblehealth", "Ansible Health cares for lungs. Join Ansible!", []),
        ("Ansible Health", "You have used Terraform, Ansible and Kubernetes.", ["Terraform", "Ansible", "Kubernetes"]),
        ("Docker, Inc.", "Docker helps developers. Docker is remote first.", []),
        ("Docker, Inc.", "Docker helps developers. Experience with Docker is a must.", ["Docker"]),
        ("GitLab", "GitLab is a DevSecOps platform. You know Git.", ["DevSecOps", "Git"]),
        ("Acme", "We deploy with Ansible.", ["Ansible"]),
        ("Acme", "Our investors are Spark Capital and Kafka Ventures.", []),
        ("Acme", "You know Python. Kafka Media is a client.", ["Python"]),
        ("Acme", "AWS Health and Salesforce Health Cloud.", ["Amazon Web Services", "Salesforce"]),
        (None, "At Ansible Health nurses lead.", []),
    ],
)
def test_the_name_of_a_company_is_no_skill(company: str | None, text: str, skills: list[str]) -> None:
    assert extract_skills(None, text, tags=[], company=company)[1] == skills


@pytest.mark.parametrize(
    "text",
    [
        "No Java needed",
        "no prior Java experience required",
        "Java is not required",
        "without Java",
        "keine Java-Kenntnisse",
        "sans Java",
        "No Java, Kotlin or Scala needed",
        "You don't need to know Java",
    ],
)
def test_a_skill_said_not_to_be_needed_is_left_out(text: str) -> None:
    assert skills(text) == []


def test_the_portuguese_for_in_the_denies_nothing() -> None:
    assert skills("conhecimento no Excel e no SAP") == ["Microsoft Excel", "SAP"]


def test_a_denied_skill_counts_where_another_line_asks_for_it() -> None:
    assert skills("No Java needed for the start.\nLater you write Java and Kotlin.") == ["Java", "Kotlin"]


def test_sections_and_lines_tell_required_from_preferred() -> None:
    text = (
        "We build ledgers with Kafka.\n\nRequirements\n- Python\n- SQL\n- Docker is a plus\n\n"
        "Nice to have:\n- Terraform\n\nWhat we offer\n- Yoga\n- German lessons"
    )
    assert find_skills("Kotlin Developer", text, tags=[]) == [
        Mention("Kotlin", "required", "title"),
        Mention("Apache Kafka", "mentioned", "description"),
        Mention("Python", "required", "description"),
        Mention("SQL", "required", "description"),
        Mention("Docker", "preferred", "description"),
        Mention("Terraform", "preferred", "description"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "About us\nWe build gardens with Kafka: landscaping and plumbing.\n\nYour profile\n- SQL",
            ["Apache Kafka", "SQL"],
        ),
        ("About Acme\nLandscaping since 1990.\n\nYour profile\n- Plumbing", ["Plumbing"]),
        ("We are a leading provider of landscaping. You know plumbing.", ["Plumbing"]),
        ("We offer yoga and SQL courses. You know plumbing.", ["Plumbing"]),
        ("Backed by the investors of OpenAI. You write Python.", ["Python"]),
        ("You work with the sales, legal and finance teams on accounting.", ["Accounting"]),
        ("You support the SQL team.", ["SQL"]),
        ("German law and German GAAP, in English", ["US GAAP", "English"]),
        ("Our customers are in healthcare and insurance.", []),
        ("Experience in healthcare is required.", ["Healthcare"]),
        ("receiving and logging invoices", ["Invoicing"]),
        ("We're backed by YC and executives from Cloudflare and Notion. We use Kafka.", ["Apache Kafka"]),
        ("Trusted by teams at Vercel. You know Vercel.", ["Vercel"]),
        ("At Ansible Health we are lean. You know Ansible and LEAN.", ["Ansible", "Lean manufacturing"]),
        ("You are enrolled in a Dutch university and speak Italian.", ["Italian"]),
        ("A place for buying and selling, with the flexibility to work anywhere.", []),
        ("OFAC's list of Specially Designated Nationals (SDN)", []),
        ("We are not sponsoring visas. Pour nos clients grands comptes.", []),
        ("You like podcasts. We count the automotive industry among our customers.", []),
        ("Wartung von Servern; Wartung von Maschinen", ["Maintenance", "Industrial maintenance"]),
        ("Work with the go-to-market team. You own our go-to-market strategy.", ["Go-to-market strategy"]),
        ("Experience in writing code and in writing automated tests. Good at writing.", ["Writing"]),
        ("People with disabilities are welcome. Read our blog posts.", []),
        ("We sell software to construction firms.", []),
        (
            "Bauleitung für drei Häuser; experience in construction is required.",
            ["Construction management", "Construction"],
        ),
        ("B2C services, and the rest", []),
        ("SOAP and REST", ["SOAP", "REST APIs"]),
    ],
)
def test_what_the_employer_does_and_whom_one_works_with_is_no_skill(text: str, expected: list[str]) -> None:
    assert skills(text) == expected


def test_a_trade_counts_in_a_title_and_a_tag() -> None:
    assert extract_skills("Healthcare Analyst", None, tags=["insurance"])[1] == ["Healthcare", "Insurance"]


def test_german_headings_tell_the_sections_too() -> None:
    text = (
        "Deine Aufgaben\n- Pflege der Buchhaltung\n\nDein Profil\n- DATEV\n- Englisch von Vorteil\n\n"
        "Wir bieten\n- Massagen"
    )
    found = {mention.skill: mention.need for mention in find_skills(None, text, tags=[])}
    assert found == {"Accounting": "mentioned", "DATEV": "required", "English": "preferred"}


@pytest.mark.parametrize(
    ("required", "preferred", "offered"),
    [
        ("You're a great fit if you have:", "What will make you stand out", "Why you'll love working with us"),
        ("THIS IS WHO YOU ARE", "What we'd love to see", "Our Core Values"),
        ("Was du mitbringen solltest", "Pluspunkte", "Darauf kannst du dich freuen"),
        ("Compétences techniques :", "Les plus", "Ce que nous vous proposons"),
        ("¿Qué buscamos?", "Se valorará:", "Lo que ofrecemos"),
        ("Dit breng je mee", "Pluspunten", "Dit krijg je"),
        ("Cosa cerchiamo in te", "Preferenziali", "La nostra offerta"),
        ("O que esperamos de você", "Será um diferencial", "Nossos benefícios"),
        ("Czego oczekujemy", "Dodatkowe atuty", "Co zyskujesz"),
        ("Vem är du?", "Meriterande", "Våra förmåner"),
    ],
)
def test_headings_of_nine_languages_tell_the_sections(required: str, preferred: str, offered: str) -> None:
    text = f"{required}\n- Python\n- SQL\n\n{preferred}\n- Docker\n\n{offered}\n- Yoga"
    found = {mention.skill: mention.need for mention in find_skills(None, text, tags=[])}
    assert found == {"Python": "required", "SQL": "required", "Docker": "preferred"}


@pytest.mark.parametrize(
    "remark",
    ["Travel is required", "Willing to travel as required", "Crypto experience preferred", "Based near Bern a plus"],
)
def test_a_remark_in_a_list_is_no_heading_of_what_follows(remark: str) -> None:
    found = {mention.skill: mention.need for mention in find_skills(None, f"{remark}\n- Python", tags=[])}
    assert found["Python"] == "mentioned"


def test_physical_demands_and_essential_functions_are_no_requirements() -> None:
    text = "Essential Functions\n- Python\n\nPhysical Requirements\n- Typing\n\nOur Tech Stack\n- Kafka"
    found = {mention.skill: mention.need for mention in find_skills(None, text, tags=[])}
    assert found == {"Python": "mentioned", "Apache Kafka": "mentioned"}


def test_what_is_nice_to_have_stays_so_where_a_line_says_you_have() -> None:
    text = "Nice to have\n- You have used Kafka\n\nRequirements\n- Docker is a plus"
    found = {mention.skill: mention.need for mention in find_skills(None, text, tags=[])}
    assert found == {"Apache Kafka": "preferred", "Docker": "preferred"}


def test_tags_are_kept_as_written_and_read_in_any_case() -> None:
    tags = ["  golang ", "GO", "Golang", "r", "remote", "", "Data  entry"]
    raw, canonical = extract_skills("Developer", None, tags=tags)
    assert raw == ["golang", "GO", "r", "remote", "Data entry"]
    assert canonical == ["Go", "R", "Data entry"]


@pytest.mark.parametrize(
    ("title", "tags", "expected"),
    [
        ("Account Executive", ["sales", "go", "excel", "c"], ["Sales"]),
        ("Account Executive", ["sales", "Excel"], ["Sales", "Microsoft Excel"]),
        ("Backend Engineer", ["go", "c"], ["Back-end development", "Go", "C"]),
        ("Engineer", ["kafka", "go"], ["Apache Kafka", "Go"]),
        ("Annotator", ["react", "recruitment", "non tech"], ["Recruiting"]),
    ],
)
def test_a_tag_that_is_an_everyday_word_needs_a_technology(title: str, tags: list[str], expected: list[str]) -> None:
    assert extract_skills(title, None, tags=tags)[1] == expected


@pytest.mark.parametrize(
    ("heading", "need"),
    [
        ("Bonus points if you bring:", "preferred"),
        ("What you bring to the role:", "required"),
        ("Qualifications (preferred)", "preferred"),
        ("Who are we looking for?", "required"),
    ],
)
def test_the_first_words_of_a_heading_decide(heading: str, need: str) -> None:
    assert [m.need for m in find_skills(None, f"{heading}\n- Kafka", tags=[])] == [need]


def test_a_skill_of_the_text_is_placed_by_whole_words() -> None:
    text = "We like Python,  (R) and machine-learning."
    assert [text[start:end] for start, end, _ in locate_skills(text)] == ["Python,", "(R)", "machine-learning."]


PIECES = st.sampled_from(["Python", "(R)", "e.g.", "z.B.", "\n", " ", ". ", ",", "C/C++", "–", "…", "İ", "no", "Go,"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_every_place_of_a_skill_holds_its_words(text: str) -> None:
    for start, end, skill in locate_skills(text):
        assert skill[0].lower() in text[start:end].lower()


@given(st.text(max_size=300), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_has_skills_each_once_and_always_the_same(description: str, title: str, tags: list[str]) -> None:
    raw, canonical = extract_skills(title, description, tags=tags)
    assert len(set(canonical)) == len(canonical)
    assert set(canonical) <= dictionary().keys()
    assert (raw, canonical) == extract_skills(title, description, tags=tags)
    locate_skills(description)


def test_a_long_description_is_searched_in_well_under_a_millisecond_of_work_a_kilobyte() -> None:
    text = "We use Python, SQL and Kafka to move invoices between our customers and their banks.\n" * 60
    extract_skills(None, text, tags=[])
    began = time.process_time()
    for _ in range(50):
        extract_skills(None, text, tags=[])
    assert (time.process_time() - began) / 50 < 0.005
