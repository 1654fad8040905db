"""schema.org's `JobPosting`, as pages embed it in JSON-LD and some feeds send it.

The vocabulary: https://schema.org/JobPosting. Writers fill its fields with a text, an object or a list of either, so
each is read in all three forms. Belongs here: finding and reading such objects. Who is asked for them is a source's.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from job_etl import jsontext
from job_etl.errors import UnreadableAnswer
from job_etl.model import GivenPlace, GivenPosting, GivenSalary, Payload
from job_etl.sources.fields import (
    amount,
    coordinate,
    dig,
    distinct,
    identity,
    link,
    moment,
    plain,
    plains,
    rows,
    salary_range,
    salary_text,
    sections,
    text,
)

_NESTING = 8
_VALUES = (("value", "value"), ("value",))
_PARTS = ("responsibilities", "qualifications", "skills", "jobBenefits")


def in_page(body: bytes) -> list[Payload]:
    """The job postings that a web page embeds, in their order.

    Raises:
        UnreadableAnswer: the body is empty.
    """
    if not body.strip():
        raise UnreadableAnswer("the answer is empty, expected a web page")
    found: list[Payload] = []
    for script in LexborHTMLParser(body).css('script[type*="ld+json"]'):
        try:
            found += within(jsontext.decode(script.text().strip().encode()))
        except ValueError:
            continue  # a page may embed several, and one that is broken says nothing of the others
    return found


def within(value: Any, depth: int = 0) -> list[Payload]:
    """The job postings in a JSON-LD value: itself, or within its graphs and lists."""
    if depth > _NESTING:
        return []
    if isinstance(value, list):
        return [posting for item in value for posting in within(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    if any(kind.rpartition("/")[2] == "JobPosting" for kind in plains(value, "@type")):
        return [value]
    inner = ("@graph", "itemListElement", "item", "mainEntity", "dataFeedElement")
    return [posting for name in inner for posting in within(value.get(name), depth + 1)]


def identifier(posting: Payload) -> str | None:
    """The employer's own identifier: a text, or the value of a `PropertyValue`."""
    return plain(posting, "identifier") or plain(posting, "identifier", "value")


def read(posting: Any, source_job_id: str) -> GivenPosting:
    """Read one `JobPosting` into the provider's words. The source sets what the page around it says better."""
    url = link(posting, "url")
    return GivenPosting(
        source_job_id=source_job_id,
        company=_name(dig(posting, "hiringOrganization")) or plain(posting, "hiringOrganization", "legalName"),
        title=plain(posting, "title") or plain(posting, "name"),
        places=distinct([place for row in _items(dig(posting, "jobLocation")) if (place := _place(row))]),
        description_html=text(posting, "description") or sections(*((None, text(posting, name)) for name in _PARTS)),
        url=url,
        apply_url=url,
        remote=plain(posting, "jobLocationType"),
        remote_places=_names(dig(posting, "applicantLocationRequirements")),
        employment_type=", ".join(plains(posting, "employmentType")) or None,
        salaries=_salaries(posting),
        industry=", ".join(_names(dig(posting, "industry"))) or None,
        department=", ".join(_categories(posting)) or None,
        tags=_names(dig(posting, "skills")),
        language=_name(dig(posting, "inLanguage")),
        requisition_id=identifier(posting),
        posted_at=moment(posting, "datePosted"),
        updated_at=moment(posting, "dateModified"),
        expires_at=moment(posting, "validThrough"),
    )


def identify(posting: Payload) -> str:
    """The identifier, else the address.

    Raises:
        UnreadablePayload: there is neither.
    """
    return identifier(posting) or link(posting, "url") or identity(posting, "identifier")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str | None:
    return next(iter(_names(value)), None)


def _names(value: Any) -> list[str]:
    """The names of things that are each a text or an object with a name."""
    found = ({"of": item} for item in _items(value))
    return [name for row in found if (name := plain(row, "of") or plain(row, "of", "name"))]


def _categories(posting: Any) -> list[str]:
    """The categories of occupation, without bare codes such as O*NET's "15-1252.00"."""
    return distinct([name for name in _names(dig(posting, "occupationalCategory")) if any(map(str.isalpha, name))])


def _place(row: Any) -> GivenPlace | None:
    address = dig(row, "address")
    place = GivenPlace(
        text=plain({"of": row}, "of") or plain(row, "address") or plain(row, "name"),
        city=plain(address, "addressLocality"),
        region=plain(address, "addressRegion"),
        country=_name(dig(address, "addressCountry")),
        latitude=coordinate(row, "geo", "latitude") or coordinate(row, "latitude"),
        longitude=coordinate(row, "geo", "longitude") or coordinate(row, "longitude"),
    )
    return place if place != GivenPlace() else None


def _salaries(posting: Any) -> list[GivenSalary]:
    """`baseSalary`, else `estimatedSalary`, which is the site's guess."""
    for name, predicted in (("baseSalary", False), ("estimatedSalary", True)):
        found = [
            salary
            for row in rows(posting, name)
            for salary in salary_range(
                _bound(row, "minValue"),
                _bound(row, "maxValue"),
                plain(row, "currency") or plain(posting, "salaryCurrency"),
                plain(row, "value", "unitText") or plain(row, "unitText"),
                predicted=predicted,
            )
        ]
        alone = amount(posting, name)
        found = found or salary_range(alone, alone, plain(posting, "salaryCurrency"), predicted=predicted)
        if found := found or salary_text(*_in_words(posting, name)):
            return found
    return []


def _in_words(posting: Any, name: str) -> list[str]:
    """Pay written as a text, such as "£30,000 a year", in any of the places for a number."""
    found = [dig(posting, name), *(dig(row, *path) for row in rows(posting, name) for path in _VALUES)]
    lines = (plain({name: value}, name) for value in found if isinstance(value, str))
    return [line for line in lines if line and re.search("[1-9]", line)]


def _bound(row: Payload, name: str) -> Decimal | None:
    return amount(row, "value", name) or amount(row, name) or amount(row, "value", "value") or amount(row, "value")
