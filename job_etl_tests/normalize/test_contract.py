import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.model import ContractType
from job_etl.normalize.contract import classify_contract

FULL, PART, CONTRACT, INTERN, TEMP, UNKNOWN = (
    ContractType.FULL_TIME,
    ContractType.PART_TIME,
    ContractType.CONTRACT,
    ContractType.INTERN,
    ContractType.TEMP,
    ContractType.UNKNOWN,
)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("FullTime", FULL),
        ("Full-time", FULL),
        ("SALARIED_FT", FULL),
        ("FULLTIME", FULL),
        ("Vollzeit", FULL),
        ("temps plein", FULL),
        ("Heltid", FULL),
        ("CDI", FULL),
        ("fulltime_permanent", FULL),
        ("PartTime", PART),
        ("HOURLY_PT", PART),
        ("Teilzeit", PART),
        ("Permanent, part-time", PART),
        ("Werkstudent", PART),
        ("Working student", PART),
        ("Contractor", CONTRACT),
        ("full_time, contract", CONTRACT),
        ("zzp", CONTRACT),
        ("b2b", CONTRACT),
        ("Internship", INTERN),
        ("Praktikum", INTERN),
        ("Stage", INTERN),
        ("Alternance", INTERN),
        ("Full-time internship", INTERN),
        ("CDD / Temporaire", TEMP),
        ("fulltime_fixed_term", TEMP),
        ("TEMPORARY", TEMP),
        ("befristet", TEMP),
        ("Full-time/Part-time", FULL),
        ("berufserfahren", UNKNOWN),
        ("May-August", UNKNOWN),
        ("Other", UNKNOWN),
    ],
)
def test_the_providers_word_decides(word: str, form: ContractType) -> None:
    assert classify_contract(word, "Cook", None)[0] is form


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("Software Engineer Intern", INTERN),
        ("Praktikant*in Vertrieb", INTERN),
        ("Stage - Développeur web", INTERN),
        ("Estágio em Marketing", INTERN),
        ("Examensarbete inom logistik", INTERN),
        ("Werkstudent Marketing (m/w/d)", PART),
        ("Verkäufer in Teilzeit", PART),
        ("Infirmière à temps partiel", PART),
        ("Data Analyst (Freelance)", CONTRACT),
        ("Java Developer - 6 month contract", CONTRACT),
        ("Interim Accountant", TEMP),
        ("Vikariat som lärare", TEMP),
        ("Comptable CDD 6 mois", TEMP),
        ("Full-time Nurse", FULL),
        ("Internal Auditor", UNKNOWN),
        ("International Sales Manager", UNKNOWN),
        ("Contract Manager", UNKNOWN),
        ("Contracts Specialist", UNKNOWN),
        ("Stage Manager", UNKNOWN),
        ("Late-stage Investor", UNKNOWN),
        ("Internist", UNKNOWN),
        ("Internship Program Manager", UNKNOWN),
    ],
)
def test_a_note_in_the_title_counts_and_a_subject_matter_does_not(title: str, form: ContractType) -> None:
    assert classify_contract(None, title, None)[0] is form


@pytest.mark.parametrize(
    ("description", "form"),
    [
        ("This is a full-time position in Bonn.", FULL),
        ("Job type: Part-time", PART),
        ("Employment Type: Contract\nDuration: 6 months", CONTRACT),
        ("Type de contrat : CDD\nLieu : Lyon", TEMP),
        ("Vertragsart: unbefristet, Teilzeit", PART),
        ("Wir bieten einen unbefristeten Arbeitsvertrag", FULL),
        ("Tipo de contrato: prácticas", INTERN),
        ("Rodzaj umowy: umowa o pracę", FULL),
        ("Contratto a tempo determinato", TEMP),
        ("Als Werkstudent unterstützt du uns", PART),
        ("This internship lasts three months", INTERN),
        ("Health insurance for all full-time employees", UNKNOWN),
        ("We signed a contract with the city", UNKNOWN),
    ],
)
def test_descriptions_in_nine_languages_are_understood(description: str, form: ContractType) -> None:
    assert classify_contract(None, None, description)[0] is form


def test_permanent_work_is_taken_for_full_time_unless_the_hours_are_said() -> None:
    form, origin = classify_contract("CDI", "Comptable", None)
    assert form is FULL
    assert origin is not None
    assert origin.how == "inferred"
    assert classify_contract("CDI", "Comptable à temps partiel", None)[0] is PART
    assert classify_contract("CDI", "Stage - comptable", None)[0] is FULL


def test_a_provider_goes_before_the_title_and_the_title_before_the_description() -> None:
    assert classify_contract("Full-time", "Cook (part-time)", "freelance contract")[0] is FULL
    assert classify_contract(None, "Cook (part-time)", "freelance contract")[0] is PART


@given(st.none() | st.text(), st.text(), st.text())
def test_any_text_has_a_form_and_every_form_but_unknown_an_origin(
    given: str | None, title: str, description: str
) -> None:
    form, origin = classify_contract(given, title, description)
    assert (form is UNKNOWN) == (origin is None)


@pytest.mark.parametrize(
    ("given", "title", "contract"),
    [
        ("contract", "Alternance - data analyst - f/h (CDD)", ContractType.INTERN),
        ("FullTime", "Software Engineer Intern, Backend", ContractType.INTERN),
        ("Part-time", "US Office Support Intern", ContractType.INTERN),
        ("Internship", "Marketing Intern", ContractType.INTERN),
        ("FullTime", "Internal Auditor", ContractType.FULL_TIME),
        ("part_time", "Freelance Machine Learning Engineer", ContractType.CONTRACT),
        ("full_time", "Full-Stack Engineer (Contractor)", ContractType.CONTRACT),
        ("temporary", "Freelance Editor", ContractType.TEMP),
        ("Working student", "Werkstudent UX", ContractType.PART_TIME),
    ],
)
def test_a_title_that_says_more_than_the_hours_is_narrower_than_the_providers_field(
    given: str, title: str, contract: ContractType
) -> None:
    assert classify_contract(given, title, None)[0] is contract


@pytest.mark.parametrize("given", ["full-or-part-time, permanent", "Vollzeit oder Teilzeit", "Teilzeit/Vollzeit"])
def test_of_full_or_part_time_the_full_time_job_can_be_had(given: str) -> None:
    assert classify_contract(given, "Developer", None)[0] is ContractType.FULL_TIME


def test_a_first_line_that_repeats_the_title_is_read_as_one() -> None:
    text = "Part-Time Remote Research Analyst / Law Librarian\n\nWe support a busy law firm. Full-time staff is nice."
    assert classify_contract(None, "Research Analyst Law Librarian", text)[0] is ContractType.PART_TIME
    assert classify_contract(None, "Engineer", "Part-time students use our app.")[0] is ContractType.UNKNOWN


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("Senior Data Analyst | Remote, Cyprus | Full-Time Contractor", ContractType.CONTRACT),
        ("Nous recrutons un data analyst en intérim de 8 mois, temps plein.", ContractType.TEMP),
    ],
)
def test_a_form_beside_the_hours_is_the_narrower_statement_in_a_text_too(text: str, contract: ContractType) -> None:
    assert classify_contract(None, None, text)[0] is contract
