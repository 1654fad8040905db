"""As many postings as a measurement needs, streamed: the sample's parts and shapes, with employers and prose made up.

Belongs here: what makes a load realistic to a database. Payloads have 3 to 6 KB; employers, roles and places are skewed
as Zipf found; every third board is crawled again a day later, which makes a quarter of all payloads re-sightings; 3 %
cannot be read. A posting is a function of the seed and its number, so memory does not grow with the corpus.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, ContractType, Outcome, RemoteType, Seniority
from job_etl.sample import prose
from job_etl.sample.dice import Dice
from job_etl.sample.parts import Place, Role, parts
from job_etl.sample.shapes import SHAPES
from job_etl.sample.vacancy import Pay, Section, Vacancy

_T = TypeVar("_T")

_FIRST_CRAWL = datetime(2026, 6, 1, 6, tzinfo=UTC)
_NEXT_SEED = timedelta(days=2)
_UNREADABLE = 0.03
_REPEATED_EVERY = 3
_POSTINGS_A_BOARD = 100
_FLATTENED = 10  # ranks left out in front, so that the largest employer has no tenth of a large corpus
_REPOSTED = 0.1  # of what aggregators show: the title and place of another posting
_SMALLEST, _LARGEST = 3000, 6000
_BESIDES = {
    "greenhouse": (1600, 1.3),
    "lever": (1600, 1.3),
    "ashby": (1900, 3.4),
    "remotive": (1150, 1.2),
    "arbeitnow": (750, 1.15),
}
"""Bytes of a payload besides its prose, and for each character of it: Ashby sends text and HTML."""
_SOURCES = (("greenhouse", 0.42), ("lever", 0.25), ("ashby", 0.2), ("remotive", 0.07), ("arbeitnow", 0.06))
_AGGREGATORS = ("remotive", "arbeitnow")
_SPECIALTIES = ("Payments", "Growth", "Search", "Risk", "Logistics", "Core", "Mobile", "Insights", "Identity", "Field")
_LEVELS = (
    (Seniority.INTERMEDIATE, 0.45),
    (Seniority.SENIOR, 0.27),
    (Seniority.JUNIOR, 0.13),
    (Seniority.LEAD, 0.1),
    (Seniority.INTERN, 0.05),
)


@dataclass(frozen=True, slots=True)
class CorpusCrawl:
    """One crawl of the corpus; `payloads` are made while they are taken."""

    board: Board
    collected_at: datetime
    payloads: Iterator[Any]


@dataclass(frozen=True, slots=True)
class _Board:
    """A board and the numbers of its postings; its number is its employer's too."""

    number: int
    source: str
    postings: range


@dataclass(frozen=True, slots=True)
class _Facts:
    """What makes two postings one job, besides the company."""

    role: Role
    level: Seniority
    title: str
    place: Place


def corpus(rows: int, seed: int = 0) -> Iterator[CorpusCrawl]:
    """The crawls of a corpus of about `rows` payloads, the oldest first.

    Corpora of different seeds share no posting and no day: the next seed's is all new to the first, and comes after it.
    """
    first = _FIRST_CRAWL + _NEXT_SEED * seed
    for board in _boards(rows, seed):
        yield _crawl(board, seed, first)
    for board in _boards(rows, seed):
        if board.number % _REPEATED_EVERY == 0:
            yield _crawl(board, seed, first + timedelta(days=1))


def land_corpus(
    landing: Landing, rows: int, seed: int = 0, *, on_progress: Callable[[CrawlFacts], None] = lambda facts: None
) -> int:
    """Land a corpus crawl by crawl; returns how many payloads there are."""
    total = 0
    for crawl in corpus(rows, seed):
        with landing.write(crawl.board, collected_at=crawl.collected_at) as writer:
            for payload in crawl.payloads:
                writer.add(payload)
            facts = writer.finish(Outcome.COMPLETE, requests=1)
        total += facts.payloads
        on_progress(facts)
    return total


def _boards(rows: int, seed: int) -> Iterator[_Board]:
    """The boards; each has its employer's share by rank, and the ranks are mixed."""
    distinct = rows / (1 + 1 / _REPEATED_EVERY)
    count = max(_REPEATED_EVERY, round(distinct / _POSTINGS_A_BOARD))
    step = next(step for step in range(round(count * 0.618), 2 * count) if math.gcd(step, count) == 1)
    total = sum(1 / (rank + _FLATTENED) for rank in range(count))
    share, first = 0.0, 0
    for number in range(count):
        share += distinct / total / (number * step % count + _FLATTENED)
        yield _Board(number, Dice(seed, "source", number).weighted(_SOURCES), range(first, round(share)))
        first = round(share)


def _crawl(board: _Board, seed: int, when: datetime) -> CorpusCrawl:
    company = None if board.source in _AGGREGATORS else _company(seed, board.number)
    return CorpusCrawl(Board(board.source, f"bench-{seed}-{board.number}", company), when, _payloads(board, seed))


def _payloads(board: _Board, seed: int) -> Iterator[Any]:
    for number in board.postings:
        dice = Dice(seed, number)
        payload = SHAPES[board.source].payload(_vacancy(board, seed, number, dice), f"bench-{seed}-{board.number}", 1)
        if dice.chance(_UNREADABLE):
            identity = "slug" if board.source == "arbeitnow" else "id"
            yield {**payload, identity: None} if dice.chance(0.7) else "Internal error, please try again later"
        else:
            yield payload


def _vacancy(board: _Board, seed: int, number: int, dice: Dice) -> Vacancy:
    company, facts = board.number, _facts(seed, number)
    if board.source in _AGGREGATORS:
        company = _rank(dice, board.number + 1)
        facts = _facts(seed, dice.number(0, number)) if dice.chance(_REPOSTED) else facts
    role, text, words = facts.role, facts.role.texts["en"], parts().wording["en"]
    pay = _pay(facts, dice)
    skills = dice.some(role.skills, 6)
    thing = prose.word(dice)
    slots = {**dict(zip("abc", skills, strict=False)), "product": thing, "users": f"{thing}s", "team": 7}
    besides, per_character = _BESIDES[board.source]
    written = list(prose.sentences(dice, int((dice.number(_SMALLEST, _LARGEST) - besides) / per_character)))
    middle = len(written) // 2
    is_remote = not facts.place.city or board.source == "remotive" or dice.chance(0.15)
    published = _FIRST_CRAWL - timedelta(minutes=dice.number(60, 60_000))
    return Vacancy(
        key=f"{seed} {number}",
        number=number + seed * 100_000_000,
        company=_company(seed, company),
        title=facts.title,
        level=facts.level,
        department=role.department,
        category=role.category,
        place=facts.place,
        location=facts.place.text,
        work=RemoteType.REMOTE if is_remote else dice.one((RemoteType.HYBRID, RemoteType.ONSITE)),
        contract=ContractType.INTERN if facts.level is Seniority.INTERN else ContractType.FULL_TIME,
        pay=pay,
        pay_told="field" if dice.chance(0.5) else "none",
        language="en",
        published=published,
        updated=published,
        skills=skills,
        about=Section("About us", written[:1], []),
        role=Section("The role", [words.pay[0].format(pay=pay.text)] if dice.chance(0.3) else [], []),
        duties=Section("What you will do", [], _filled(text.duties[:2], slots) + written[1:middle]),
        asks=Section("What you bring", [], _filled(text.asks[:2], slots) + written[middle:]),
        offers=Section("What we offer", [], dice.some(words.offers, 2)),
        pay_section=None,
        closing=Section(None, [], []),
    )


def _facts(seed: int, number: int) -> _Facts:
    dice, blocks = Dice(seed, number, "facts"), parts()
    role = _skewed(dice, list(blocks.roles.values()))
    level = dice.weighted(_LEVELS) if role.levels else Seniority.INTERMEDIATE
    name = dice.one(role.texts["en"].titles).partition(",")[0]
    title = blocks.wording["en"].levels[level][0].format(title=name, department=role.department)
    specialty = f", {dice.one(_SPECIALTIES)}" if dice.chance(0.4) else ""
    return _Facts(role, level, title + specialty, _skewed(dice, list(blocks.places.values())))


def _pay(facts: _Facts, dice: Dice) -> Pay:
    country = parts().countries[facts.place.code]
    middle = facts.role.pay * parts().levels[facts.level] * country.factor * (0.8 + 0.4 * dice.random())
    low, high = (round(middle * share) * 1000 for share in (0.92, 1.08))
    return Pay(low, high, country.currency, country.sign, f"{country.sign}{low:,} – {country.sign}{high:,}")


def _filled(phrases: list[str], slots: dict[str, Any]) -> list[str]:
    return [phrase.format_map(slots) for phrase in phrases]


def _company(seed: int, rank: int) -> str:
    return prose.company(Dice(seed, "company", rank))


def _skewed(dice: Dice, items: Sequence[_T]) -> _T:
    return items[_rank(dice, len(items))]


def _rank(dice: Dice, count: int) -> int:
    """A rank from 0, the first the likeliest: Zipf's law with the exponent 1, in its continuous form."""
    return min(int((count + 1) ** dice.random()) - 1, count - 1)
