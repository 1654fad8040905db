"""How each configured source is doing, as far as the landing zone tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from job_etl import secrets
from job_etl.config.sources import Sources
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Outcome
from job_etl.sources import SOURCES

_GOOD = {Outcome.COMPLETE, Outcome.NOT_MODIFIED}


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source at a glance.

    `state` is `on`, `off`, or `needs a key`. `postings` is the sum over its boards' last good crawls, `last_trouble`
    the newest reason why a board was not crawled in full, where that is newer than its last good crawl.
    """

    source: str
    state: str
    boards: int
    needs: tuple[str, ...]
    last_good: datetime | None
    postings: int | None
    last_trouble: str | None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def source_health(config: Sources, landing: Landing) -> list[SourceHealth]:
    """The health of every source, in the order of their names."""
    return [_health(name, config, landing) for name in SOURCES]


def _health(name: str, config: Sources, landing: Landing) -> SourceHealth:
    good: list[CrawlFacts] = []
    trouble: list[CrawlFacts] = []
    for board in config.boards(name):
        for facts in landing.newest_first(board):
            if facts.outcome in _GOOD:
                good.append(facts)
                break
            trouble.append(facts)
    missing = secrets.missing(SOURCES[name].needs)
    newest = max(trouble, key=lambda facts: facts.collected_at, default=None)
    return SourceHealth(
        source=name,
        state="on" if config.is_enabled(name) else "needs a key" if missing else "off",
        boards=len(config.boards(name)),
        needs=tuple(SOURCES[name].needs),
        last_good=max((facts.collected_at for facts in good), default=None),
        postings=sum(facts.payloads for facts in good) if good else None,
        last_trouble=f"{newest.board}: {newest.reason or newest.outcome}" if newest else None,
    )
