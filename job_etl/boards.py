"""The health of each board at a glance, as far as the landing zone tells.

Belongs here: putting a board's history into one line. What a whole source is like is `job_etl.health`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from job_etl.config.sources import Sources
from job_etl.history import GOOD, History
from job_etl.landing import Landing
from job_etl.model import Board, Outcome

_COUNTED = 100


@dataclass(frozen=True, slots=True)
class BoardHealth:
    """One board: how its newest crawl ended, and when it will be asked again.

    `postings` is how many its newest complete crawl showed, `rejects` how many of them the source could not read (None
    where that was not counted). `failures` counts the crawls since the last good one, up
    to a hundred, and `why_not` is what the newest of them said. `due` is None where the board was never crawled.
    """

    source: str
    board: str
    outcome: Outcome | None
    last_crawl: datetime | None
    last_good: datetime | None
    postings: int | None
    rejects: int | None
    failures: int
    why_not: str | None
    due: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def board_health(config: Sources, landing: Landing, boards: Iterable[Board] | None = None) -> Iterator[BoardHealth]:
    """The health of these boards, or of all that are enabled, in their order."""
    for board in config.chosen() if boards is None else boards:
        history = History(landing.newest_first(board))
        newest, good = next(iter(history), None), history.good()
        complete = next((facts for facts in history if facts.outcome is Outcome.COMPLETE), None)
        failed = takewhile(lambda facts: facts.outcome not in GOOD, islice(history, _COUNTED))
        yield BoardHealth(
            source=board.source,
            board=board.name,
            outcome=newest.outcome if newest else None,
            last_crawl=newest.collected_at if newest else None,
            last_good=good.collected_at if good else None,
            postings=complete.payloads if complete else None,
            rejects=complete.rejects if complete else None,
            failures=sum(1 for _ in failed),
            why_not=newest.reason if newest and newest.outcome not in GOOD else None,
            due=history.due(config.crawl.rhythm()),
        )
