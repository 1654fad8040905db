"""`ranking.yml`: what a job is measured by, and what the person wishes for.

Belongs here: what may stand in the file. How a wish becomes a score is in `dbt_project/macros/scoring`.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, model_validator

from job_etl.config.reading import Entry, parsed, read_yaml
from job_etl.model import CompanySize, ContractType, RemoteType, Seniority
from job_etl.normalize.money import base_currency, convert
from job_etl.normalize.places import country_code, locate
from job_etl.paths import config_file

_SUM_TOLERANCE = 1e-6

_Value = TypeVar("_Value")
_Enum = TypeVar("_Enum", bound=StrEnum)


def _listed(value: Any) -> Any:
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _worded(value: str) -> str:
    if not re.search(r"\w", value):
        raise ValueError(f"should have a letter or a digit, not {value!r}")
    return " ".join(value.split())


def _country(value: str) -> str:
    code = country_code(value)
    if code is None:
        raise ValueError(f"should be a country or its ISO 3166-1 code, not {value!r}")
    return code


def _currency(value: str) -> str:
    if convert(Decimal(1), value.upper(), base_currency(), on=None) is None:
        raise ValueError(f"should be an ISO 4217 code with an exchange rate to {base_currency()}, not {value!r}")
    return value.upper()


def _known(value: _Enum) -> _Enum:
    if value == "unknown":
        raise ValueError("unknown is not something to wish for")
    return value


def _located(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    place = locate(value)
    if place is None:
        raise ValueError(f"no place is known as {value!r}; write {{latitude: …, longitude: …, country: …}} instead")
    return {name: getattr(place, name) for name in Home.model_fields}


def _each_once(values: tuple[_Value, ...]) -> tuple[_Value, ...]:
    return tuple({str(value).casefold(): value for value in reversed(values)}.values())[::-1]


Text = Annotated[str, BeforeValidator(_text), AfterValidator(_worded)]
Country = Annotated[str, BeforeValidator(_text), AfterValidator(_country)]
Listed = BeforeValidator(_listed)
EachOnce = AfterValidator(_each_once)
Texts = Annotated[tuple[Text, ...], Listed, EachOnce]


class Weights(Entry):
    """The key `weights`: the share of each feature in the score."""

    title_keywords: Annotated[float, Field(ge=0, le=1)]
    skills_overlap: Annotated[float, Field(ge=0, le=1)]
    location_proximity: Annotated[float, Field(ge=0, le=1)]
    salary_band: Annotated[float, Field(ge=0, le=1)]
    employment_type: Annotated[float, Field(ge=0, le=1)]
    seniority_match: Annotated[float, Field(ge=0, le=1)]
    remote_type: Annotated[float, Field(ge=0, le=1)]
    company_size: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum(self.model_dump().values())
        if abs(total - 1) > _SUM_TOLERANCE:
            raise ValueError(f"should sum to 1, not {total:g}")
        return self


class Home(Entry):
    """The key `profile.location_home`, resolved; degrees are WGS 84."""

    city: str | None = None
    region: str | None = None
    country: Country | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _has_both_coordinates(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude go together")
        if self.latitude is None and self.country is None:
            raise ValueError("should have latitude and longitude, or a country")
        return self


class SalaryTarget(Entry):
    """The key `profile.salary_target`: a year's base pay; an end that is left out is open."""

    min: Annotated[Decimal, Field(gt=0)] | None = None
    max: Annotated[Decimal, Field(gt=0)] | None = None
    currency: Annotated[str, AfterValidator(_currency)]

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("should have min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is greater than max {self.max}")
        return self


class Exclude(Entry):
    """The key `profile.exclude`: jobs that are kept, with the reason, and never listed."""

    companies: Texts = ()
    title_words: Texts = ()
    countries: Annotated[tuple[Country, ...], Listed, EachOnce] = ()


class Profile(Entry):
    """The key `profile`: what the person wishes for; a wish left out counts the same for every job."""

    title_keywords: Texts = ()
    must_have_skills: Texts = ()
    nice_to_have_skills: Texts = ()
    location_home: Annotated[Home, BeforeValidator(_located)] | None = None
    location_radius_km: PositiveFloat = 50.0
    salary_target: SalaryTarget | None = None
    preferred_remote: Annotated[tuple[Annotated[RemoteType, AfterValidator(_known)], ...], Listed, EachOnce] = ()
    preferred_contracts: Annotated[tuple[Annotated[ContractType, AfterValidator(_known)], ...], Listed, EachOnce] = ()
    seniority: Annotated[tuple[Annotated[Seniority, AfterValidator(_known)], ...], Listed, EachOnce] = ()
    preferred_company_sizes: Annotated[
        tuple[Annotated[CompanySize, AfterValidator(_known)], ...], Listed, EachOnce
    ] = ()
    exclude: Exclude = Exclude()


class Ranking(Entry):
    """What `ranking.yml` says."""

    weights: Weights
    profile: Profile


def load_ranking(file: Path | None = None) -> Ranking:
    """Read `ranking.yml`.

    Raises:
        ConfigError: a line for each mistake, which begins with the file and the key.
    """
    file = file or config_file("ranking.yml")
    return parsed(Ranking, read_yaml(file), file=file)
