"""One posting: every field derived from what the provider said, and where each value came from.

Belongs here: the order in which fields are derived and what one of them tells another. How a field is read belongs to
its own module.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from job_etl.model import GivenPlace, GivenPosting, Origin, Posting
from job_etl.normalize.company import clean_company
from job_etl.normalize.company_size import company_size
from job_etl.normalize.contract import classify_contract
from job_etl.normalize.dates import expires, posted, updated
from job_etl.normalize.department import department, industry
from job_etl.normalize.language import language
from job_etl.normalize.occupation import match_occupation
from job_etl.normalize.places import resolve_places
from job_etl.normalize.remote import classify_remote
from job_etl.normalize.salary import read_salary
from job_etl.normalize.seniority import classify_seniority
from job_etl.normalize.skills import extract_skills
from job_etl.normalize.text import clean_line, clean_text, has_markup, html_to_text
from job_etl.normalize.title import standardise_title
from job_etl.normalize.url import clean_url

_COMPANY_GIVEN = Origin("given", "company")
_COMPANY_INFERRED = Origin("inferred", "company, from the name of the board")
_APPLY_URL = Origin("given", "apply_url")
_APPLY_ON_PAGE = Origin("inferred", "the posting's own page")
_SKILLS_GIVEN = Origin("given", "tags")
_SKILLS_FOUND = Origin("parsed", "dictionary")
_OCCUPATION = Origin("inferred", "title, by the labels of occupations")
_ROLE_FAMILY = Origin("inferred", "title, by the dictionary of roles")
_GIVEN = {
    field: Origin("given", field)
    for field in ("title", "location", "description", "url", "requisition_id", "updated_at", "expires_at")
}


def normalize(given: GivenPosting, *, collected_at: datetime) -> Posting:
    """Derive the canonical posting from what the provider said and the time at which it was seen.

    A posting without company, title or place is still a posting. `provenance` has an origin for every field that has a
    value, and for no other.
    """
    title = clean_line(given.title)
    description = _description(given)
    location = _location(given.places)
    company = clean_company(given.company)
    places = resolve_places(given.places, title=title, remote_places=given.remote_places, remote=given.remote)
    countries = {place.country for place in places.places if place.country}
    title_std, title_origin = standardise_title(
        title, told=(company, location, *_names(given.places)), countries=countries
    )
    remote_type, remote_origin = classify_remote(
        given.remote, places.remote_hint, title, description, [place.text for place in given.places if place.text]
    )
    contract_type, contract_origin = classify_contract(given.employment_type, title, description)
    seniority, seniority_origin = classify_seniority(title, description=description, given=given.seniority)
    posted_at, posted_origin = posted(given.posted_at, given.posted_text, collected_at)
    salary = read_salary(
        given.salaries,
        title=title,
        description=description,
        country=next(iter(countries)) if len(countries) == 1 else None,
        posted_at=posted_at or collected_at,
    )
    skills_raw, skills = extract_skills(title, description, tags=given.tags, company=company)
    size, size_origin = company_size(given.company_size, description)
    code, language_origin = language(given.language, description, title)
    department_name, department_origin = department(given.department, given.team, title_std or title)
    industry_name, industry_origin = industry(given.industry)
    occupation = match_occupation(title) if title else None
    url, apply_url = clean_url(given.url), clean_url(given.apply_url)
    posting = Posting(
        source_job_id=given.source_job_id,
        company=company,
        company_size=size,
        title=title,
        title_std=title_std,
        location=location,
        places=places.places,
        location_std=places.location_std,
        remote_type=remote_type,
        remote_countries=places.remote_countries,
        contract_type=contract_type,
        seniority_level=seniority,
        salary_min=salary.minimum,
        salary_max=salary.maximum,
        salary_currency=salary.currency,
        salary_period=salary.period,
        salary_min_norm=salary.minimum_norm,
        salary_max_norm=salary.maximum_norm,
        salary_currency_norm=salary.currency_norm,
        description=description,
        language=code,
        skills_raw=skills_raw,
        skills=skills,
        department=department_name,
        industry=industry_name,
        occupation=occupation.label if occupation else None,
        occupation_code=occupation.uri if occupation else None,
        occupation_confidence=occupation.confidence if occupation else None,
        role_family=occupation.family if occupation else None,
        requisition_id=clean_line(given.requisition_id),
        url=url,
        apply_url=apply_url or url,
        posted_at=posted_at,
        updated_at=updated(given.updated_at, collected_at),
        expires_at=expires(given.expires_at, posted_at, collected_at),
        provenance={},
    )
    origins = _GIVEN | {
        "company": _COMPANY_INFERRED if given.company_inferred else _COMPANY_GIVEN,
        "company_size": size_origin,
        "title_std": title_origin,
        "places": places.origin,
        "location_std": places.origin,
        "remote_type": remote_origin,
        "remote_countries": places.origin,
        "contract_type": contract_origin,
        "seniority_level": seniority_origin,
        "salary_min": salary.origin,
        "salary_max": salary.origin,
        "salary_currency": salary.origin,
        "salary_period": salary.origin,
        "salary_min_norm": salary.origin,
        "salary_max_norm": salary.origin,
        "salary_currency_norm": salary.origin,
        "language": language_origin,
        "skills_raw": _SKILLS_GIVEN,
        "skills": _SKILLS_FOUND,
        "department": department_origin,
        "industry": industry_origin,
        "occupation": _OCCUPATION,
        "occupation_code": _OCCUPATION,
        "occupation_confidence": _OCCUPATION,
        "role_family": _ROLE_FAMILY,
        "apply_url": _APPLY_URL if apply_url else _APPLY_ON_PAGE,
        "posted_at": posted_origin,
    }
    posting.provenance = {
        field: origin for field, origin in origins.items() if origin is not None and getattr(posting, field)
    }
    return posting


def _description(given: GivenPosting) -> str | None:
    if given.description_html and (text := html_to_text(given.description_html)):
        return text
    text = given.description_text or ""
    return (html_to_text(text) if has_markup(text) else clean_text(text)) or None


def _location(places: Sequence[GivenPlace]) -> str | None:
    """The places' texts in the provider's order, each once; a place without one by its parts."""
    texts = [clean_line(place.text or ", ".join(_parts(place))) for place in places]
    return "; ".join(dict.fromkeys(filter(None, texts))) or None


def _parts(place: GivenPlace) -> list[str]:
    return [part for part in (place.city, place.region, place.country) if part]


def _names(places: Sequence[GivenPlace]) -> list[str]:
    return [name for place in places for name in (place.text, *_parts(place)) if name]
