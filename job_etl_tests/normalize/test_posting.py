import dataclasses
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.model import ContractType, GivenPlace, GivenPosting, GivenSalary, Posting, RemoteType, Seniority
from job_etl.normalize import normalize

CRAWL = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
NO_VALUE = (None, "", [], {})


def a_given_posting() -> GivenPosting:
    return GivenPosting(
        source_job_id="17",
        company=" Lantern &amp; Sons GmbH ",
        title="Senior Baker\u00a0(m/w/d)",
        places=[
            GivenPlace(text="Berlin,  Germany"),
            GivenPlace(city="Vienna", country="Austria"),
            GivenPlace(text="Berlin, Germany"),
        ],
        description_html="<p>We bake <b>bread</b> and you will be with us in a team.</p><ul><li>Python ovens</li></ul>",
        url="https://lantern.example/17",
        remote="hybrid",
        employment_type="FullTime",
        salaries=[GivenSalary(minimum=Decimal(50000), maximum=Decimal(60000), currency="EUR", period="year")],
        department="Bakery",
        tags=["Baking"],
        posted_text="Posted Yesterday",
        updated_at=CRAWL - timedelta(hours=1),
        requisition_id=" R-1 ",
    )


def test_what_a_posting_says_of_its_employer_and_country_is_told_to_title_and_skills() -> None:
    given_posting = dataclasses.replace(
        a_given_posting(),
        company="Ansible Health",
        title="FR - Infirmier/ière coordinateur/trice",
        places=[GivenPlace(text="Lyon", country="France")],
        description_html=None,
        description_text="Ansible Health soigne à domicile. Chez Ansible vous utilisez Kubernetes.",
        tags=[],
    )
    posting = normalize(given_posting, collected_at=CRAWL)
    assert posting.title_std == "Infirmier coordinateur"
    assert posting.skills == ["Kubernetes"]


def test_every_field_is_derived() -> None:
    posting = normalize(a_given_posting(), collected_at=CRAWL)
    assert posting.company == "Lantern & Sons GmbH"
    assert posting.title == "Senior Baker (m/w/d)"
    assert posting.title_std == "Senior Baker"
    assert posting.location == "Berlin, Germany; Vienna, Austria"
    assert [place.country for place in posting.places] == ["DE", "AT"]
    assert posting.remote_type is RemoteType.HYBRID
    assert posting.contract_type is ContractType.FULL_TIME
    assert posting.seniority_level is Seniority.SENIOR
    assert (posting.salary_min, posting.salary_max, posting.salary_currency) == (50000, 60000, "EUR")
    assert posting.description == "We bake bread and you will be with us in a team.\n\n- Python ovens"
    assert posting.language == "en"
    assert posting.skills_raw == ["Baking"]
    assert posting.department == "Bakery"
    assert posting.requisition_id == "R-1"
    assert posting.apply_url == posting.url == "https://lantern.example/17"
    assert posting.posted_at == datetime(2026, 3, 9, tzinfo=UTC)


def test_a_posting_without_company_title_and_place_is_still_a_posting() -> None:
    posting = normalize(GivenPosting(source_job_id="1"), collected_at=CRAWL)
    assert (posting.company, posting.title, posting.location, posting.provenance) == (None, None, None, {})


def test_html_goes_before_text_and_text_may_be_html_in_disguise() -> None:
    html, text = "<p>From HTML</p>", "From text"
    described = [
        normalize(
            GivenPosting(source_job_id="1", description_html=h, description_text=t), collected_at=CRAWL
        ).description
        for h, t in (
            (html, text),
            (None, text),
            ("<p></p>", text),
            (None, html),
            (None, "&lt;p&gt;From HTML&lt;/p&gt;"),
        )
    ]
    assert described == ["From HTML", "From text", "From text", "From HTML", "From HTML"]


def test_a_name_from_a_boards_slug_and_a_page_to_apply_on_are_inferred() -> None:
    given = a_given_posting()
    given.company_inferred = True
    provenance = normalize(given, collected_at=CRAWL).provenance
    assert provenance["company"].how == provenance["apply_url"].how == "inferred"


def test_what_the_title_means_is_told_with_a_confidence() -> None:
    posting = normalize(GivenPosting(source_job_id="1", title="Backend Developer (m/w/d)"), collected_at=CRAWL)
    assert (posting.occupation, posting.role_family) == ("Software developer", "Software engineering")
    assert posting.occupation_confidence is not None
    assert 0.35 <= posting.occupation_confidence <= 1
    assert {posting.provenance[field].how for field in ("occupation", "role_family")} == {"inferred"}


def fields_without_origin(posting: Posting) -> set[str]:
    enumerations = {"remote_type", "contract_type", "seniority_level", "company_size"}
    valued = {
        field.name
        for field in dataclasses.fields(posting)
        if (value := getattr(posting, field.name)) not in NO_VALUE
        and not (field.name in enumerations and value == "unknown")
    }
    return (valued - {"source_job_id", "provenance"}) ^ posting.provenance.keys()


ANY = st.none() | st.text()


@given(
    st.builds(
        GivenPosting,
        source_job_id=st.text(min_size=1),
        company=ANY,
        title=ANY,
        places=st.lists(st.builds(GivenPlace, text=ANY, city=ANY, country=ANY), max_size=3),
        description_html=ANY,
        description_text=ANY,
        url=ANY,
        apply_url=ANY,
        remote=ANY | st.booleans(),
        remote_places=st.lists(st.text(), max_size=2),
        employment_type=ANY,
        seniority=ANY,
        department=ANY,
        industry=ANY,
        company_size=ANY,
        tags=st.lists(st.text(), max_size=3),
        language=ANY,
        posted_text=ANY,
    )
)
def test_anything_given_is_a_posting_with_an_origin_for_each_value(given: GivenPosting) -> None:
    posting = normalize(given, collected_at=CRAWL)
    assert fields_without_origin(posting) == set()
    assert normalize(given, collected_at=CRAWL) == posting


def test_neither_the_locale_nor_the_time_zone_nor_the_order_of_sets_matters() -> None:
    given = a_given_posting()
    given.title, given.tags = "IT-INGENIEUR (m/w/d) I", ["Zürich", "ISTANBUL", "Rust", "Go"]
    program = (
        "import locale, pickle, sys; from job_etl.normalize import normalize;"
        "locale.setlocale(locale.LC_ALL, '');"
        "given, crawl = pickle.load(sys.stdin.buffer);"
        "sys.stdout.buffer.write(repr(normalize(given, collected_at=crawl)).encode())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=pickle.dumps((given, CRAWL)),
            env=os.environ | {"TZ": zone, "LC_ALL": "C.UTF-8" if seed == "0" else "C", "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for zone, seed in (("UTC", "0"), ("Pacific/Kiritimati", "1"), ("America/St_Johns", "2"))
    }
    assert said == {repr(normalize(given, collected_at=CRAWL)).encode()}


@pytest.mark.parametrize("field", ["title", "company", "description_html"])
def test_what_postgres_cannot_hold_is_replaced(field: str) -> None:
    given = a_given_posting()
    setattr(given, field, "Ba\x00ker \ud800 & sons")
    posting = normalize(given, collected_at=CRAWL)
    text = f"{posting.title}{posting.company}{posting.description}"
    assert "\x00" not in text
    text.encode()
