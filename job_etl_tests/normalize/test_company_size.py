import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.model import CompanySize
from job_etl.normalize.company_size import company_size


@pytest.mark.parametrize(
    ("given", "size", "how"),
    [
        ("1001 to 5000 Employees", CompanySize.S1001_5000, "given"),
        ("10000+ Employees", CompanySize.S5001, "given"),
        ("5001 to 10000 employees", CompanySize.S5001, "given"),
        ("10,000+", CompanySize.S5001, "given"),
        ("11-50", CompanySize.S11_50, "given"),
        ("250", CompanySize.S201_500, "given"),
        ("1’200 Mitarbeitende", CompanySize.S1001_5000, "given"),
        ("2.500", CompanySize.S1001_5000, "given"),
        ("1 to 50 employees", CompanySize.S11_50, "inferred"),
        ("51-100", CompanySize.S51_200, "given"),
        ("fewer than 10", CompanySize.S1_10, "given"),
        ("500+", CompanySize.S501_1000, "given"),
        ("5-100", CompanySize.S51_200, "inferred"),
        ("1-100-1000", CompanySize.UNKNOWN, None),
        ("-1", CompanySize.UNKNOWN, None),
        ("Unknown", CompanySize.UNKNOWN, None),
        (None, CompanySize.UNKNOWN, None),
    ],
)
def test_a_number_of_employees_has_a_band(given: str | None, size: CompanySize, how: str | None) -> None:
    band, origin = company_size(given, None)
    assert (band, origin.how if origin else None) == (size, how)


@pytest.mark.parametrize(
    ("description", "size"),
    [
        ("We're a team of 40 people in Bonn.", CompanySize.S11_50),
        ("We are a global maker of ladders with over 4,000 employees.", CompanySize.S1001_5000),
        ("Wir sind ein Team aus rund 70 Mitarbeitenden", CompanySize.S51_200),
        ("Nous sommes plus de 200 collaborateurs", CompanySize.S201_500),
        ("Somos 300 empleados", CompanySize.S201_500),
        ("You lead a team of 6 people", CompanySize.UNKNOWN),
        ("Our customers have 50 to 5,000 employees", CompanySize.UNKNOWN),
        ("We help companies of 500 employees", CompanySize.UNKNOWN),
        ("We serve over 30 million people", CompanySize.UNKNOWN),
        ("10 people will visit us", CompanySize.UNKNOWN),
    ],
)
def test_what_an_employer_says_of_itself_counts_and_of_others_does_not(description: str, size: CompanySize) -> None:
    assert company_size(None, description)[0] is size


def test_the_provider_goes_before_the_description() -> None:
    band, origin = company_size("11-50", "We are a company of 400 people")
    assert band is CompanySize.S11_50
    assert origin is not None
    assert origin.how == "given"


@given(st.none() | st.text(), st.text())
def test_any_text_has_a_band_and_every_band_but_unknown_an_origin(given: str | None, description: str) -> None:
    band, origin = company_size(given, description)
    assert (band is CompanySize.UNKNOWN) == (origin is None)
