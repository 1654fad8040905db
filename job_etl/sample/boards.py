"""The boards of the sample: which vacancies each shows, and what its provider answers at each crawl.

Belongs here: what comes, goes and changes from one crawl to the next. What a posting says is `vacancy`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec

from job_etl.model import ContractType, RemoteType, Seniority
from job_etl.sample.dice import Dice
from job_etl.sample.parts import BoardPlan, Opening, Part, Parts, oddities, parts
from job_etl.sample.shapes import SHAPES
from job_etl.sample.vacancy import Vacancy, compose

_LEVELS = (
    (Seniority.INTERN, 0.03),
    (Seniority.JUNIOR, 0.14),
    (Seniority.INTERMEDIATE, 0.42),
    (Seniority.SENIOR, 0.30),
    (Seniority.LEAD, 0.11),
)
_CONTRACTS = ((ContractType.FULL_TIME, 0.86), (ContractType.CONTRACT, 0.09), (ContractType.PART_TIME, 0.05))
_WORK = ((RemoteType.HYBRID, 0.5), (RemoteType.ONSITE, 0.3), (RemoteType.REMOTE, 0.2))
_REMOTE_FEEDS = ("remoteok", "remotive")
_OLDEST_DAYS = 40
_SILENT = 0.2


class Advert(Part):
    """An opening on a board: under which key, by which employer, and since how many days before the first crawl."""

    key: str
    company: str
    opening: Opening
    days: float


def answers(board: str, crawl: int) -> list[bytes]:
    """What the provider answers when a board is asked for the `crawl`-th time, counted from 1; one body a page."""
    source, _, name = board.partition("/")
    shape = SHAPES[source]
    payloads: list[Any] = [shape.payload(vacancy, name, crawl) for vacancy in vacancies(board, crawl)]
    payloads += [payload for odd in oddities(source, name).values() for payload in odd]
    return shape.answers(payloads, parts().crawls[crawl - 1])


def vacancies(board: str, crawl: int) -> Iterator[Vacancy]:
    """What a board shows at a crawl, the newest first."""
    plan, blocks = parts().boards[board], parts()
    first, last = plan.asked[0], plan.asked[-1]
    shown = [advert for advert in _adverts(board) if crawl in (advert.opening.seen or plan.asked)]
    for advert in sorted(shown, key=lambda advert: (advert.days, advert.key)):
        opening = advert.opening
        appeared = blocks.crawls[(opening.seen or (first,))[0] - 1]
        published = appeared - timedelta(days=advert.days)
        has_changed = bool(opening.later) and crawl == last
        yield compose(
            blocks,
            advert.key,
            advert.company,
            _with(opening, opening.later) if has_changed else opening,
            published=published,
            updated=blocks.crawls[last - 1] - timedelta(hours=5) if has_changed else published,
            pay_told="none" if _is_silent(advert) else plan.pay,
        )


def _is_silent(advert: Advert) -> bool:
    """Whether pay that is not planned is not told either."""
    return advert.opening.pay is None and Dice(advert.key, "silent").chance(_SILENT)


@cache
def _adverts(board: str) -> list[Advert]:
    """Everything a board shows at any time: what is planned or drawn, and what it repeats of other boards."""
    plan, blocks = parts().boards[board], parts()
    repeated = [
        Advert(f"{board} of {advert.key}", advert.company, advert.opening, advert.days - 0.5)
        for other, its in blocks.boards.items()
        for advert in _planned(other, its)
        if board in advert.opening.also
    ]
    return _planned(board, plan) + _drawn(board, plan, blocks) + repeated


def _planned(board: str, plan: BoardPlan) -> list[Advert]:
    return [
        Advert(f"{board} open {number}", company, opening, 1 + _OLDEST_DAYS * Dice(board, number, "days").random())
        for number, opening in enumerate(plan.open)
        if (company := opening.company or plan.company)
    ]


def _drawn(board: str, plan: BoardPlan, blocks: Parts) -> list[Advert]:
    """Openings of the feed's employers; none advertises one title at one place twice."""
    adverts: list[Advert] = []
    taken: set[tuple[str, str, str, Seniority]] = set()
    companies = [name for name, employer in blocks.employers.items() if board in employer.feeds]
    for number in range(1_000_000):
        if len(adverts) == plan.draw:
            break
        dice = Dice(board, number)
        company = dice.one(companies)
        opening = _opening(board, plan, blocks, company, dice)
        kind = (company, opening.role, opening.place, opening.level)
        if kind in taken:
            continue
        taken.add(kind)
        adverts.append(
            Advert(f"{board} {number}", company, opening, 0.5 + _OLDEST_DAYS * dice.random() * dice.random())
        )
    return adverts


def _opening(board: str, plan: BoardPlan, blocks: Parts, company: str, dice: Dice) -> Opening:
    employer = blocks.employers[company]
    languages = [plan.language] if plan.language in employer.texts else list(employer.texts)
    spoken = [
        (role, language) for role in employer.hires for language in languages if language in blocks.roles[role].texts
    ]
    role, language = dice.one(spoken)
    country = plan.params.get("country", "").upper()
    place = dice.one([name for name in employer.places if country in ("", blocks.places[name].code)])
    is_remote = board.partition("/")[0] in _REMOTE_FEEDS or blocks.places[place].city is None
    level = dice.weighted(_LEVELS) if blocks.roles[role].levels else Seniority.INTERMEDIATE
    work = RemoteType.ONSITE if blocks.roles[role].onsite else dice.weighted(_WORK)
    opening = Opening(
        role=role,
        place=place,
        work=RemoteType.REMOTE if is_remote else work,
        level=level,
        contract=ContractType.INTERN if level is Seniority.INTERN else dice.weighted(_CONTRACTS),
        language=language,
    )
    return _with(opening, _fate(plan, blocks, opening, dice))


def _fate(plan: BoardPlan, blocks: Parts, opening: Opening, dice: Dice) -> dict[str, Any]:
    """What becomes of a drawn opening: most stay as they are, some close, some come later, a few return or change."""
    first, last = plan.asked[0], plan.asked[-1]
    role, country = blocks.roles[opening.role], blocks.countries[blocks.places[opening.place].code]
    raised = role.pay * blocks.levels[opening.level] * country.factor
    fates: list[tuple[dict[str, Any], float]] = [
        ({}, 0.66),
        ({"seen": [first]}, 0.13),
        ({"seen": [last]}, 0.12),
        ({"later": {"pay": (round(raised), round(raised * 1.2))}}, 0.06),
        ({} if role.onsite else {"later": {"work": RemoteType.REMOTE}}, 0.03),
    ]
    return dice.weighted(fates)


def _with(opening: Opening, changes: dict[str, Any]) -> Opening:
    return msgspec.convert({**msgspec.to_builtins(opening), **msgspec.to_builtins(changes)}, Opening)
