"""How each configured source is doing, as far as the landing zone tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from job_etl import secrets
from job_etl.boards import BoardHealth, board_health
from job_etl.config.sources import Sources
from job_etl.landing import Landing
from job_etl.sources import SOURCES

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source at a glance.

    `state` is `on`, `off`, or `needs a key`. `unread` counts the boards that were not read in full when they were last
    crawled, `postings` and `rejects` are the sums over the boards' newest complete crawls, `next_due` is when the first
    board is asked again (None where one was never crawled, and so is due). `last_trouble` is the newest reason why a
    board was not read in full when it was last crawled.
    """

    source: str
    state: str
    boards: int
    needs: tuple[str, ...]
    unread: int
    last_good: datetime | None
    postings: int | None
    rejects: int | None
    next_due: datetime | None
    last_trouble: str | None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def source_health(config: Sources, landing: Landing) -> list[SourceHealth]:
    """The health of every source, in the order of their names."""
    return [health_of(name, config, list(board_health(config, landing, config.boards(name)))) for name in SOURCES]


def health_of(name: str, config: Sources, boards: Sequence[BoardHealth]) -> SourceHealth:
    """The health of a source, from that of its boards."""
    trouble = max(
        (board for board in boards if board.why_not), key=lambda board: board.last_crawl or _NEVER, default=None
    )
    due = [board.due for board in boards if board.due]
    return SourceHealth(
        source=name,
        state="on" if config.is_enabled(name) else "needs a key" if secrets.missing(SOURCES[name].needs) else "off",
        boards=len(boards),
        needs=tuple(SOURCES[name].needs),
        unread=sum(board.why_not is not None for board in boards),
        last_good=max((board.last_good for board in boards if board.last_good), default=None),
        postings=_sum([board.postings for board in boards]),
        rejects=_sum([board.rejects for board in boards]),
        next_due=min(due) if due and len(due) == len(boards) else None,
        last_trouble=f"{trouble.board}: {trouble.why_not}" if trouble else None,
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
