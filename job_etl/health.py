"""How each configured source is doing, as far as the landing zone tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from job_etl import secrets
from job_etl.boards import board_health
from job_etl.config.sources import Sources
from job_etl.landing import Landing
from job_etl.sources import SOURCES

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source at a glance.

    `state` is `on`, `off`, or `needs a key`. `postings` is the sum over its boards' newest complete crawls,
    `last_trouble` the newest reason why a board was not read in full when it was last crawled.
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
    boards = list(board_health(config, landing, config.boards(name)))
    postings = [board.postings for board in boards if board.postings is not None]
    trouble = max(
        (board for board in boards if board.why_not), key=lambda board: board.last_crawl or _NEVER, default=None
    )
    return SourceHealth(
        source=name,
        state="on" if config.is_enabled(name) else "needs a key" if secrets.missing(SOURCES[name].needs) else "off",
        boards=len(boards),
        needs=tuple(SOURCES[name].needs),
        last_good=max((board.last_good for board in boards if board.last_good), default=None),
        postings=sum(postings) if postings else None,
        last_trouble=f"{trouble.board}: {trouble.why_not}" if trouble else None,
    )
