"""The records that pass between the stages, from a board to a canonical posting.

Belongs here: plain data, the enumerations of the data rules, and nothing that reads, asks or writes.

    Board ──crawl──▶ Crawl + payloads ──Source.read──▶ GivenPosting ──normalize──▶ Posting
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

Payload = dict[str, Any]
"""What the provider said about one posting, untouched."""


class Outcome(StrEnum):
    """How a crawl ended. Only `complete` and `not_modified` say anything about what is gone."""

    COMPLETE = "complete"
    NOT_MODIFIED = "not_modified"
    PARTIAL = "partial"
    FAILED = "failed"
    SUSPICIOUS_EMPTY = "suspicious_empty"


class RemoteType(StrEnum):
    """Where the work is done."""

    REMOTE = "remote"
    HYBRID = "hybrid"
    ONSITE = "onsite"
    UNKNOWN = "unknown"


class ContractType(StrEnum):
    """The form of employment."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CONTRACT = "contract"
    INTERN = "intern"
    TEMP = "temp"
    UNKNOWN = "unknown"


class Seniority(StrEnum):
    """The level of a role."""

    INTERN = "intern"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    LEAD = "lead"
    EXECUTIVE = "executive"
    UNKNOWN = "unknown"


class CompanySize(StrEnum):
    """Bands of the number of employees."""

    S1_10 = "1-10"
    S11_50 = "11-50"
    S51_200 = "51-200"
    S201_500 = "201-500"
    S501_1000 = "501-1000"
    S1001_5000 = "1001-5000"
    S5001 = "5001+"
    UNKNOWN = "unknown"


class Period(StrEnum):
    """What a sum of pay is for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Board:
    """One tenant of a source, or the one board `all` of a feed that has none.

    `company` is the employer's name as configured, for providers whose payloads do not carry it.
    `params` are the source's own settings for this board, such as a search term.
    """

    source: str
    name: str
    company: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.source}/{self.name}"


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """A place as the provider wrote it; structured parts only where the payload has them."""

    text: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class GivenSalary:
    """Base pay in structured fields, or a provider's line of `text` about it.

    `period` is the provider's own word (`per-year-salary`, `1 YEAR`, `hour`); None where it gives none.
    `predicted` marks a figure the provider estimated.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None
    period: str | None = None
    text: str | None = None
    predicted: bool = False


@dataclass(slots=True, kw_only=True)
class GivenPosting:
    """What a source read from one payload: the provider's own words, in named places, not yet normalised.

    Text fields may hold white space, entities and mojibake as sent; `description_html` wins over
    `description_text`. Datetimes are aware. `remote` is a boolean or the provider's word
    ("hybrid", "fully", "ON_SITE"). `company_inferred` says that the name was derived from a board's slug.
    `extra` holds further structured facts under the provider's names.
    """

    source_job_id: str
    company: str | None = None
    company_inferred: bool = False
    title: str | None = None
    places: list[GivenPlace] = field(default_factory=list)
    description_html: str | None = None
    description_text: str | None = None
    url: str | None = None
    apply_url: str | None = None
    remote: bool | str | None = None
    remote_places: list[str] = field(default_factory=list)
    employment_type: str | None = None
    salaries: list[GivenSalary] = field(default_factory=list)
    seniority: str | None = None
    department: str | None = None
    team: str | None = None
    industry: str | None = None
    company_size: str | None = None
    tags: list[str] = field(default_factory=list)
    language: str | None = None
    requisition_id: str | None = None
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    posted_text: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


How = Literal["given", "parsed", "inferred"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a canonical value came from: a structured field, a rule over text, or a default or dictionary."""

    how: How
    rule: str


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved place. `country` is ISO 3166-1 alpha-2, `region` a name, coordinates are degrees (WGS 84)."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(slots=True, kw_only=True)
class Posting:
    """One canonical posting: a row of `staging.postings` but for what the warehouse adds (keys, sightings).

    Salaries are as advertised, in `salary_currency` a `salary_period`; the `_norm` values are a year's pay
    in the base currency. Times are UTC. `occupation` is what the title means, `occupation_code` its ESCO URI where that
    taxonomy is at hand, `occupation_confidence` from 0 to 1. `provenance` maps a field's name to its `Origin`.
    """

    source_job_id: str
    company: str | None
    company_size: CompanySize
    title: str | None
    title_std: str | None
    location: str | None
    places: list[Place]
    location_std: str | None
    remote_type: RemoteType
    remote_countries: list[str]
    contract_type: ContractType
    seniority_level: Seniority
    salary_min: Decimal | None
    salary_max: Decimal | None
    salary_currency: str | None
    salary_period: Period | None
    salary_min_norm: Decimal | None
    salary_max_norm: Decimal | None
    salary_currency_norm: str | None
    description: str | None
    language: str | None
    skills_raw: list[str]
    skills: list[str]
    department: str | None
    industry: str | None
    occupation: str | None
    occupation_code: str | None
    occupation_confidence: float | None
    role_family: str | None
    requisition_id: str | None
    url: str | None
    apply_url: str | None
    posted_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    provenance: dict[str, Origin]
