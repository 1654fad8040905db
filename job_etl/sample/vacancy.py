"""One vacancy, composed from the building blocks: what an employer would tell any provider about it.

Belongs here: the facts and the text of one posting. How a provider writes them down is in `shapes/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from job_etl.model import ContractType, RemoteType, Seniority
from job_etl.sample.dice import Dice
from job_etl.sample.parts import Money, Opening, Parts, PayTold, Place, Role, Wording

_WIDTH = 0.17  # of a pay range, as advertisements have it
_FEWEST_SKILLS, _MOST_SKILLS = 5, 8


@dataclass(frozen=True, slots=True)
class Pay:
    """A year's base pay in whole units of the currency; `text` is how the employer writes it."""

    minimum: int
    maximum: int
    currency: str
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an advertisement: a heading, then paragraphs, then a list."""

    heading: str | None
    paragraphs: list[str]
    items: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A vacancy. `key` tells it from every other, `number` from every other on its board; ids come from them."""

    key: str
    number: int
    company: str
    title: str
    level: Seniority
    department: str
    category: tuple[str, str]
    place: Place
    location: str
    work: RemoteType
    contract: ContractType
    pay: Pay | None
    pay_told: PayTold
    language: str
    published: datetime
    updated: datetime
    skills: list[str]
    about: Section
    role: Section
    duties: Section
    asks: Section
    offers: Section
    pay_section: Section | None
    closing: Section

    @property
    def sections(self) -> list[Section]:
        """The advertisement from top to bottom."""
        pay = [self.pay_section] if self.pay_section else []
        return [self.about, self.role, self.duties, self.asks, *pay, self.offers, self.closing]

    def dice(self, *purpose: object) -> Dice:
        """Draws of this vacancy's own."""
        return Dice(self.key, *purpose)


def compose(
    parts: Parts,
    key: str,
    company: str,
    opening: Opening,
    *,
    published: datetime,
    updated: datetime | None = None,
    pay_told: PayTold = "field",
) -> Vacancy:
    """Compose a vacancy. The same key gives the same words, so that an opening that changes does so in one thing."""
    employer, role, place = parts.employers[company], parts.roles[opening.role], parts.places[opening.place]
    language = opening.language or _language(employer.texts, role)
    pitch, text, words = employer.texts[language], role.texts[language], parts.wording[language]
    dice = Dice(key, "text")
    plain_title = dice.one(text.titles)
    skills = opening.skills or _skills(text.skills or role.skills, Dice(key, "skills"))
    pay = _pay(parts, role, opening, place, words.money, Dice(key, "pay"))
    slots = {
        "company": employer.name,
        "product": pitch.product,
        "users": pitch.users,
        "title": plain_title,
        "city": place.city or place.country,
        "team": dice.number(3, 11),
        "years": parts.years[opening.level],
        **dict(zip("abc", skills, strict=False)),
        "pay": pay.text if pay else "",
    }

    def said(phrases: list[str], count: int) -> list[str]:
        return [phrase.format_map(slots) for phrase in dice.some(phrases, count)]

    def heading(name: str) -> str:
        return words.headings[name].format_map(slots)

    years = words.starter if parts.years[opening.level] < 2 else words.years
    duties = said(text.duties, dice.number(4, 6))
    asks = said(years, 1) + said(text.asks[:1], 1) + said(text.asks[1:], 2) + said(words.asks, 2)
    named = " ".join(duties + asks)
    if others := [skill for skill in skills if skill not in named]:
        asks.append(words.nice.format(skills=", ".join(others)))
    told = said(words.pay, 1)
    return Vacancy(
        key=key,
        number=Dice(key, "number").number(0, 99_999),
        company=employer.name,
        title=opening.title or _title(plain_title, opening.level, role, words, dice),
        level=opening.level,
        department=role.department,
        category=role.category,
        place=place,
        location=opening.location or place.text,
        work=opening.work,
        contract=opening.contract,
        pay=pay,
        pay_told=pay_told,
        language=language,
        published=published,
        updated=updated or published,
        skills=skills,
        about=Section(heading("about"), [pitch.about], []),
        role=Section(heading("role"), [*said(words.role, 1), words.work[opening.work].format_map(slots)], []),
        duties=Section(heading("duties"), [], duties),
        asks=Section(heading("asks"), [], asks),
        offers=Section(heading("offers"), [], said(words.offers, dice.number(3, 6))),
        pay_section=Section(heading("pay"), told, []) if pay and pay_told == "text" else None,
        closing=Section(None, said(words.closing, 1), []),
    )


def _language(texts: Iterable[str], role: Role) -> str:
    """The employer's first language in which there are words for the role."""
    return next(language for language in texts if language in role.texts)


def _skills(known: list[str], dice: Dice) -> list[str]:
    """The two usual skills of a role and some others."""
    return known[:2] + dice.some(known[2:], dice.number(_FEWEST_SKILLS, _MOST_SKILLS) - 2)


def _title(plain: str, level: Seniority, role: Role, words: Wording, dice: Dice) -> str:
    """The plain title with its level, which stands before what comes after a comma, and a mark for all genders."""
    name, comma, specialty = plain.partition(",")
    wrapped = dice.one(words.levels[level]) if role.levels else "{title}"
    return wrapped.format(title=name, department=role.department) + comma + specialty + dice.one(words.gender)


def _pay(parts: Parts, role: Role, opening: Opening, place: Place, money: Money, dice: Dice) -> Pay | None:
    """The opening's pay, or what the role gets at its level in the country, to the nearest five hundred."""
    country = parts.countries[place.code]
    if opening.pay:
        low, high = (thousands * 1000 for thousands in opening.pay)
    else:
        middle = role.pay * parts.levels[opening.level] * country.factor * (0.92 + 0.16 * dice.random())
        low, high = (int(middle * (1 + side * _WIDTH / 2) * 2 + 0.5) * 500 for side in (-1, 1))
    sums = [money.amount.format(sign=country.sign.strip(), sum=f"{s:,}".replace(",", money.comma)) for s in (low, high)]
    return Pay(low, high, country.currency, country.sign, money.to.join(sums))
