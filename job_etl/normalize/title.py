"""The title of a posting, freed of everything that is not the role.

Belongs here: what counts as a note beside the role and how it is cut away. What the role means belongs to
`seniority` and `occupation`. The words and phrases are in `config/taxonomy/title_notes.yml`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from job_etl.model import Origin
from job_etl.normalize import gazetteer, taxonomy

_GIVEN = Origin("given", "title")
_CLEANED = Origin("parsed", "title/notes removed")

_CURRENCY = (
    r"(?:[$€£¥₹]|(?:usd|eur|euros?|gbp|cad|chf|pln|zł|sek|nok|dkk|kr|inr|rs|aud|nzd|sgd|hkd|myr|rm|php|jpy|aed|zar|brl|mxn)\b"
    r"|rm(?=\d))"
)
_SUM = r"\d[\d.,’']*(?:\s\d{3})*\s?k?"
_MARK = (
    r"(?:m(?:ann|ale|en|ensch)?|w(?:eiblich|omen)?|f(?:rau|emale)?|d(?:iv(?:ers|erse|\.)?)?|x|h|v|k|i|a|gn|nb|u|inter|os\.?"
    r"|all genders?|\*)"
)
_MARK_SEPARATOR = r"\s*[/|│,;:_.\\·•–-]\s*"

_BRACKETED_MARK = re.compile(
    rf"[(\[{{]\s*(?:{_MARK}(?:{_MARK_SEPARATOR}{_MARK}){{1,4}}|[mwfd]{{3}}|gn\*?|d|a\*"
    r"|all genders?(?: welcome)?|alle (?:geschlechter|gender))\s*(?:[)\]}]|(?=\s|$))",
    re.I,
)
_BARE_MARK = re.compile(
    r"(?<![\w/])(?:[mwfdhx]\s?[/|│]\s?[mwfdhx*]\s?[/|│]\s?[mwfdxi*](?:ivers)?|m\s?[/|│]\s?[wfkv]|[wkv]\s?[/|│]\s?m"
    r"|f\s?/\s?m|h\s?/\s?f|f\s?/\s?h)(?![\w/])",
    re.I,
)
_FEMININE = re.compile(
    # German: Entwickler:in, Trainer/-in, Auszubildende/r, Kaufmann/-frau
    r"(?<=[a-zäöüß]{2})(?:[:*_·]|/-?|\(-?)(?:innen|in|n|r)\b\)?|(?<=mann)/-?frau\b|(?<=frau)/-?mann\b"
    # French, Spanish, Portuguese in brackets or after a middle dot: expérimenté(e), chargé·e, ingeniero(a)
    r"|(?<=[a-zà-ÿ]{2})[(·•∙]-?(?:e|se|ne|le|fe|euse|trice|rice|ère|ière|a|as|o|os|ra)(?:[)·•∙.]s)?\)?(?!\w)"
    r"|(?<=[a-zà-ÿ]{3})\([a-zà-ÿ]{0,4}(?:nne|trice|euse|ère)s?\)|(?<=en)-ne\b"
    # after a full stop or a slash: chargé.e, directeur/trice, técnico/a
    r"|(?<=[a-zà-ÿ]{3})\.(?:e|se|ne|euse|trice)(?:\.s)?(?!\w)"
    r"|(?<=[a-zà-ÿ]{3}[roe])/-?(?:a|as|o|os|e|se|euse|trice|rice|ice|ière|ère)(?!\w)"
    r"|(?:(?<=[a-zà-ÿ]{2}(?:en|al|el|nt))|(?<=[a-zà-ÿ]{3}é))/-?(?:ne|le|e)s?(?!\w)",
    re.I,
)
_ADORNMENT = re.compile(
    r"[\u2190-\u21ff\u2300-\u24ff\u2580-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200b-\u200f\u2060\ufeff\u20e3]+"
    r"|\*{2,}|!+(?=\s|$|[)\]])|^\W*(?:\*+|#+(?=\s)|>+|~+)\s*|\s*(?:\*+|~+)$|\s\*\s"
)
_CALL = re.compile(r"!+\s+(?=\w)")
_SALARY = re.compile(
    r"(?:\b(?:up to|upto|from|starting (?:at|from)|at least|ab|mindestens|mind\.|bis zu|bis|von|desde|hasta|vanaf"
    r"|minimaal|a partire da|a partir de|até|från|to|earn|salary:?|pay:?|gehalt:?|ote:?|à partir de|jusqu'à)\s+)*"
    rf"(?:{_CURRENCY}\s?{_SUM}\b|\b{_SUM}\s?{_CURRENCY})"
    rf"(?:\s*(?:-|–|—|to|bis|à|/)\s*{_CURRENCY}?\s?{_SUM}(?:\s?{_CURRENCY}|\b))?"
    r"(?:\s*(?:/|per|pro|an?|par|al|p\.?)\s*"
    r"(?:hour|hr|h|day|week|wk|month|mo|year|yr|annum|a\.?|stunde|std|tag|monat|jahr|heure|jour|mois|an|año|mes|hora)\b\.?)?"
    r"(?:\s*\+)?(?:\s*(?:ote|dod|doe|brutto|gross|plus bonus|\+ bonus|base)\b)*",
    re.I,
)
_REFERENCE = re.compile(
    r"(?:^|(?<=[\s(\[|–-]))(?:job[- ]?(?:id|nr|no|number|code|ref)|req(?:uisition)?(?:[- ]?(?:id|no|nr|number|#))?"
    r"|ref(?:erence|erenz|\.)?(?:[- ]?(?:nr|no|id|code|number))?|kennziffer|referenznummer|stellen-?(?:id|nr)"
    r"|vacature(?:nr|nummer)?|id|jr)\s*[.:#]*\s*[-_]?\s*#?(?:[a-z]{0,5}[-_ ]?)\d[\w./-]{2,}"
    r"|#\s?\d{3,}\b|(?<=\s)r-?\d{5,}\b|\b(?:jr|req|r)[-_]\d{4,}\b",
    re.I,
)
_CODE = re.compile(r"#?[a-z]{0,5}[-_ ]?\d{4,}(?:[-_/.]\w+)*|\d{2,}[-/]\d{2,}(?:[-/]\d+)*|20\d\d[-_]\d{2,}", re.I)
_YEAR = re.compile(
    r"^20[2-4]\d(?:\s?[-–/]\s?(?:20)?\d\d)?\s+(?=[^\W\d])"
    r"|(?:(?:\s+[-–|]|,)\s+(?:spring|summer|fall|autumn|winter|sommer|herbst|frühjahr))?"
    r"(?<!server)(?<!office)(?<!windows)(?<!visual studio)(?<!exchange)(?<!\bsql)(?<!\bof)\s+(?:(?:ab|für|for|in)\s+)?"
    r"20[2-4]\d(?:\s?[-–/]\s?(?:20)?\d\d)?$",
    re.I,
)
"""A year of the start before or behind the role; behind the name of a product it is a version."""

_LEGAL_FORM = re.compile(
    r"\b(?:gmbh|mbh|ag|kgaa|kg|ohg|e\.\s?v\.|ug|inc\.?|llc|ltd\.?|limited|plc|corp\.?|s\.a\.(?:s\.)?|sas|sarl|s\.r\.l\.|srl"
    r"|s\.p\.a\.|spa|b\.v\.|bv|n\.v\.|ab|sp\. z o\.o\.|se & co\.? .*)(?: & co\.?(?: kga?a?| ohg)?)?\s*$",
    re.I,
)
_BRACKET = re.compile(r"\s*[(\[{]([^()\[\]{}]*)[)\]}]\s*")
_SEPARATOR = re.compile(
    r"\s+[-–—|•·:]+\s+|\s*[|•]+\s*|(?<=[a-zà-ÿ)])\s*[–—]\s*|(?<=[^\W\d])-\s+(?!und\b|oder\b|and\b|or\b|&|/)"
    r"|\s+-(?=\w)|:\s+"
)
_PART = re.compile(
    r"\s*(?:[,/|;+&]|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|i|lub|och|eller)\s|\s[-–]\s)\s*",
)
_IN_PLACE = re.compile(
    r"(?<!university)(?<!college)(?<!school)\s+"
    r"(?:in|im|bei|à|en|em|w|i|at|for|till|für|based in|located in"
    r"|(?:am )?standort|region|(?:im )?(?:groß)?raum|area)\s+"
    r"([^\W\d_][\w .'’/,-]{2,50})$",
    re.I,
)
_AROUND = re.compile(
    r"^(?:(?:im )?(?:groß)?raum|(?:am )?standort|region|région|zona(?: de)?|regio|secteur|greater|okolice|området)\s+"
)
_REMOTE_PREFIX = re.compile(
    r"^(?:100\s?%\s|fully\s)?remote\s+(?!sens|operat|pilot|support|patient|monitor|hand|control|access|desktop|infrastruct"
    r"|site|area|vehicle|it\b|work|team|service|diagnos|coding|hybrid)",
    re.I,
)
_REMOTE_SUFFIX = re.compile(
    r"(?<=[\w)])\s+(?:(?:im|in|mit|with|und|and)\s+)?(?:100\s?%\s)?(?:remote|home ?office|télétravail)\s*(?:\d+\s?%)?$",
    re.I,
)
_CONTRACT_SUFFIX = re.compile(
    r"\s+(?:in\s+)?(?:voll-?\s?(?:zeit)?\s?(?:/|oder|und)\s?teilzeit|vollzeit|teilzeit|cdi|cdd"
    r"|full[- ]time|part[- ]time)(?:\s+möglich)?(?:\s+ab sofort)?$"
    r"|\s+(?:(?:ab sofort\s+)?gesucht|ab sofort|\d{2,3}\s?(?:[-–]\s?\d{2,3}\s?)?%)$",
    re.I,
)
_COUNTRY_AHEAD = re.compile(r"([A-Z]{2})\s*(?:\s[-–—]|[|:])\s+(?=\w)")
_ABBREVIATED = frozenset({"AI", "AR", "CS", "HR", "IT", "ML", "PM", "PR", "QA"})
"""Codes of countries that mean a trade in a title."""

_EMPTY_BRACKETS = re.compile(r"[(\[{]\s*[,;/|-]*\s*[)\]}]")
_BLANK_BEFORE = re.compile(r"\s+(?=[,;)\]])|(?<=[(\[])\s+")
_EDGE = " \t,;:-–—|/\\•·_&…"
_ODD_MARKS = frozenset("!*#~>+")
_BRACKETS = frozenset("([{")
_JOINERS = frozenset("/|(:*_·•∙.")
_DIGITS = frozenset("0123456789")
_MINOR_WORDS = frozenset(
    "and or of for the in to at on with de des du la le et und für mit zur zum im der die das en y e i".split()  # noqa: SIM905
)
_BIG_CITY, _VERY_BIG_CITY = 100_000, 300_000
_LONGEST_WORD_ALIKE = 4
_COUNTRIES_WITH_AREAS = frozenset({"US", "CA", "DE", "AU", "GB"})
_COUNTRIES_WITH_DISTRICTS = frozenset({"AT", "DE"})
_COMPANY_WORDS = 7
_FEWEST_LETTERS = 2


@cache
def _note() -> Callable[[str], object]:
    """Matches one whole part of a title that is a note (remote, contract, call, area)."""
    groups = taxonomy.document("title_notes.yml")["notes"]
    return re.compile(
        "|".join(f"(?:{pattern})" for lines in groups.values() for pattern in lines.splitlines())
    ).fullmatch


@cache
def _words(name: str) -> frozenset[str]:
    """A list of plain words of the dictionary."""
    return frozenset(taxonomy.document("title_notes.yml")[name].split())


@lru_cache(maxsize=1 << 14)
def _place(text: str) -> Literal["alone", "with area"] | None:
    """Whether a name is a place by itself, only where an area follows it ("Springfield, Illinois"), or none.

    By itself: countries, groups of them, the first-level areas of some, and cities of some size.
    """
    standing: Literal["alone", "with area"] | None = None
    for meaning in gazetteer.lookup(gazetteer.key(text)):
        if meaning.rank is gazetteer.Rank.CODE:
            continue
        if _stands_alone(meaning, len(text)) and text not in _words("not_places"):
            return "alone"
        if meaning.rank is not gazetteer.Rank.ALTERNATE:
            standing = "with area"
    return standing


def _stands_alone(meaning: gazetteer.Candidate, length: int) -> bool:
    """Whether a meaning of a name is so prominent that the name alone is taken for the place."""
    alternate = meaning.rank is gazetteer.Rank.ALTERNATE
    if alternate and length <= _LONGEST_WORD_ALIKE:
        return False
    if meaning.rank is gazetteer.Rank.CURATED or meaning.kind in (gazetteer.Kind.GROUP, gazetteer.Kind.COUNTRY):
        return True
    if meaning.kind is gazetteer.Kind.CITY:
        return meaning.population >= (_VERY_BIG_CITY if alternate else _BIG_CITY)
    return meaning.kind is gazetteer.Kind.REGION and meaning.country in _COUNTRIES_WITH_AREAS


def _is_place(text: str) -> bool:
    """Whether a folded part is a place: a known name, or a town with its state or country."""
    if _place(text) == "alone":
        return True
    name, comma, area = text.rpartition(",")
    area = area.strip()
    if comma and area in _words("states"):
        return len(name.split()) <= 3 and not any(char.isdigit() for char in name)
    if comma and (_place(area) == "alone" or _note()(area)):
        return _place(name) is not None or _is_place(name)
    if "-" in text and _is_district(text):
        return True
    name, _, area = text.rpartition(" ")
    return (area in _words("states") or area.isdigit() or _place(area) == "alone") and _place(name) == "alone"


def _is_district(text: str) -> bool:
    """Whether a name is a big city's with one of its districts, as German joins them ("hamburg-harburg")."""
    city, _, district = text.partition("-")
    return district.isalpha() and any(
        meaning.kind is gazetteer.Kind.CITY
        and meaning.country in _COUNTRIES_WITH_DISTRICTS
        and meaning.population >= _VERY_BIG_CITY
        and meaning.rank is not gazetteer.Rank.ALTERNATE
        for meaning in gazetteer.lookup(gazetteer.key(city))
    )


def _is_somewhere(folded: str) -> bool:
    """Whether what follows "in" or "at" is places or a company."""
    places = [part for part in _PART.split(folded) if part]
    return bool(_LEGAL_FORM.search(folded)) or (bool(places) and all(map(_is_place, places)))


@lru_cache(maxsize=1 << 14)
def _known_note(folded: str) -> bool:
    """Whether everything in a folded part of a title is a note, a place, a code or a company."""
    if _note()(folded) or _is_place(_AROUND.sub("", folded)) or _CODE.fullmatch(folded):
        return True
    if 2 <= len(folded.split()) <= _COMPANY_WORDS and _LEGAL_FORM.search(folded):
        return True
    parts = [part for part in _PART.split(folded) if part]
    return len(parts) > 1 and all(part in _words("states") or _known_note(part) for part in parts)


def _is_note(text: str, told: Collection[str]) -> bool:
    """Whether a part of a title is beside the role; `told` are folded names known to be."""
    folded = text.strip(_EDGE + "()[]!*").lower()
    return not folded or folded in told or _known_note(folded)


def _is_plain_note(text: str) -> bool:
    """Whether a part in the middle of a title is one of the dictionary's notes."""
    return bool(_note()(text.strip(_EDGE).lower()))


def _is_inside(title: str, place: int) -> bool:
    """Whether a place of a title is in brackets."""
    return title.count("(", 0, place) > title.count(")", 0, place)


def _cuts(title: str) -> list[tuple[int, int]]:
    """Where a title is divided, outside brackets."""
    return [cut.span() for cut in _SEPARATOR.finditer(title) if not _is_inside(title, cut.start())]


def _without_notes(title: str, told: Collection[str]) -> str:
    title = _BRACKET.sub(lambda match: " " if _is_note(match[1], told) else match[0], title)
    while (cuts := _cuts(title)) and _is_note(title[cuts[-1][1] :], told):
        title = title[: cuts[-1][0]]
    while (cuts := _cuts(title)) and _is_note(title[: cuts[0][0]], told):
        title = title[cuts[0][1] :]
    while note := next(
        (pair for pair in pairwise(_cuts(title)) if _is_plain_note(title[pair[0][1] : pair[1][0]])), None
    ):
        title = title[: note[0][0]] + title[note[1][0] :]
    for pattern in (_REMOTE_PREFIX, _REMOTE_SUFFIX, _CONTRACT_SUFFIX):
        title = pattern.sub("", title)
    while (comma := title.rfind(", ")) > 0 and not _is_inside(title, comma) and _is_note(title[comma + 2 :], told):
        title = title[:comma]
    if (match := _IN_PLACE.search(title)) and (match[1].lower() in told or _is_somewhere(match[1].lower())):
        title = title[: match.start()]
    return title


def _tidy(title: str) -> str:
    """Blanks, edges and brackets put right."""
    title = _BLANK_BEFORE.sub("", " ".join(_EMPTY_BRACKETS.sub(" ", title).split())).strip(_EDGE)
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
        title = _ADORNMENT.sub(" ", _CALL.sub(" | ", title))
    if not _BRACKETS.isdisjoint(title):
        title = _BRACKETED_MARK.sub(" ", title)
    if not _JOINERS.isdisjoint(title):
        title = _FEMININE.sub("", _BARE_MARK.sub(" ", title))
    if not _DIGITS.isdisjoint(title):
        title = _YEAR.sub("", _SALARY.sub(" ", _REFERENCE.sub(" ", title)))
    return _calm(_tidy(_without_notes(_tidy(title), told)))


@lru_cache(maxsize=1 << 15)
def _standardise(title: str, told: tuple[str, ...]) -> str:
    """Passes until nothing changes; what one title comes to is remembered for the next."""
    shorter = _once(title, told)
    if len(shorter) >= len(title) or sum(map(str.isalpha, shorter)) < _FEWEST_LETTERS:
        return title if shorter.lower() != title.lower() else shorter
    return _standardise(shorter, told)


def standardise_title(
    title: str | None, *, told: Collection[str | None] = (), countries: Collection[str] = ()
) -> tuple[str | None, Origin | None]:
    """The role alone: without places, pay, references, gender marks, years, remote and contract notes, adornments.

    `countries` are the ISO 3166-1 alpha-2 codes of the posting's places, one of which may stand before the role. `told`
    are the posting's own company and place names, which are cut where they stand apart from the role. A title that
    would lose every word is kept as it is. Returns (None, None) for no title. The result standardises to itself.
    """
    if title is None or not title.strip():
        return None, None
    plain = " ".join(html.unescape(html.unescape(title)).replace("\x00", " ").split())
    while (code := _COUNTRY_AHEAD.match(plain)) and code[1] in countries and code[1] not in _ABBREVIATED:
        plain = plain[code.end() :]
    lower = plain.lower()
    # Most titles name neither: then what one comes to is remembered for every employer and place.
    names = tuple(sorted({name for name in (name.strip().lower() for name in told if name) if name and name in lower}))
    standard = _standardise(plain, names)
    if not standard:
        return None, None
    return standard, (_GIVEN if standard == title else _CLEANED)
