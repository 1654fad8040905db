"""The building blocks in `data/`: employers, places, roles, wording, pay, and the plan of the boards.

Belongs here: what may stand in those files and reading them. What is made of them is `vacancy`'s and `boards`'.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from job_etl.config.reading import read_yaml
from job_etl.model import ContractType, Outcome, RemoteType, Seniority

DATA = Path(__file__).parent / "data"

_T = TypeVar("_T")

PayTold = Literal["field", "text", "line", "none"]
"""How an employer tells pay: in the provider's fields, in the text, in a line of the provider's, or not at all."""


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """A building block as a file has it."""


class Place(Part):
    """A place: `at` is latitude and longitude in degrees, `area` what Adzuna names from the country inwards."""

    text: str
    country: str
    code: str
    area: list[str]
    city: str | None = None
    region: str | None = None
    at: tuple[float, float] | None = None


class Pitch(Part):
    """What an employer says of itself in one language."""

    product: str
    users: str
    about: str


class Employer(Part):
    """An invented company."""

    name: str
    texts: dict[str, Pitch]
    hires: list[str] = []
    places: list[str] = []
    feeds: list[str] = []


class RoleText(Part):
    """What is said of a role in one language."""

    titles: list[str]
    duties: list[str]
    asks: list[str]
    skills: list[str] | None = None


class Role(Part):
    """What people are hired for; `pay` is a year's in thousands of Canadian dollars."""

    department: str
    category: tuple[str, str]
    pay: int
    skills: list[str]
    texts: dict[str, RoleText]
    levels: bool = True
    onsite: bool = False


class Money(Part):
    """How a language writes sums of money."""

    amount: str
    comma: str
    to: str


class Wording(Part):
    """What advertisements of one language say whatever the role."""

    money: Money
    headings: dict[str, str]
    levels: dict[Seniority, list[str]]
    gender: list[str]
    role: list[str]
    years: list[str]
    starter: list[str]
    asks: list[str]
    nice: str
    pay: list[str]
    offers: list[str]
    work: dict[RemoteType, str]
    closing: list[str]


class CountryPay(Part):
    """What is paid in a country: its currency, and how much of it for one Canadian dollar of pay."""

    currency: str
    factor: float
    sign: str


class Opening(Part):
    """A posting as it is planned; what is left out is drawn."""

    role: str
    place: str
    work: RemoteType
    level: Seniority = Seniority.INTERMEDIATE
    title: str | None = None
    pay: tuple[int, int] | None = None
    skills: list[str] | None = None
    contract: ContractType = ContractType.FULL_TIME
    language: str | None = None
    location: str | None = None
    seen: tuple[int, ...] | None = None
    later: dict[str, Any] = {}
    company: str | None = None
    also: list[str] = []


class Trouble(Part):
    """How a crawl ended that did not end well, and after how many pages."""

    outcome: Outcome
    reason: str
    pages: int = 0


class BoardPlan(Part):
    """A board of the sample: an employer's own with what is `open`, or a feed with how many to `draw`."""

    company: str | None = None
    asked: tuple[int, ...] = (1, 3)
    pay: PayTold = "field"
    open: list[Opening] = []
    draw: int = 0
    params: dict[str, str] = {}
    language: str | None = None
    trouble: dict[int, Trouble] = {}


class Parts(msgspec.Struct):
    """All building blocks, by name."""

    employers: dict[str, Employer]
    places: dict[str, Place]
    roles: dict[str, Role]
    wording: dict[str, Wording]
    years: dict[Seniority, int]
    levels: dict[Seniority, float]
    countries: dict[str, CountryPay]
    crawls: list[datetime]
    boards: dict[str, BoardPlan]


@cache
def parts() -> Parts:
    """The building blocks, read when first needed."""
    phrases, pay, plan = _read("phrases.yml"), _read("pay.yml"), _read("boards.yml")
    return _as(
        Parts,
        {
            "employers": _read("companies.yml"),
            "places": _read("places.yml"),
            "roles": _read("roles.yml"),
            "years": phrases.pop("years"),
            "wording": phrases,
            **pay,
            **plan,
        },
    )


@cache
def oddities(source: str, board: str) -> dict[str, list[Any]]:
    """Payloads of a board that are odd, verbatim, by what is odd about them; see `data/README.md`."""
    path = DATA / "oddities" / source / f"{board}.json"
    # The standard library's parser, because half of a surrogate pair is one of the oddities.
    return _as(dict[str, list[Any]], json.loads(path.read_bytes())) if path.exists() else {}


def _read(name: str) -> dict[str, Any]:
    return _as(dict[str, Any], read_yaml(DATA / name))


def _as(kind: type[_T], value: Any) -> _T:
    return msgspec.convert(value, kind)
