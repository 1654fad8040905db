"""Whether the payloads of a source still have the structure they had a week before.

Belongs here: which crawls are compared. What a structure is, and which difference counts, is `job_etl.shape`'s. The
landing zone is all that is looked at, so nothing has to be kept, and files landed by hand count like crawls.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from urllib.parse import unquote

from job_etl import jsontext
from job_etl.errors import JobEtlError
from job_etl.history import History
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, Outcome
from job_etl.shape import Shape, differences

_APART = timedelta(days=7)  # and so a difference is told for a week, and not only on the day it came
_BOARDS = 50  # of a source, and payloads of a board: providers change all of them at once
_PAYLOADS = 100


def drift(landing: Landing) -> dict[str, list[str]]:
    """What changed in the structure of payloads, a line for each field, by source; only sources where something did.

    The newest complete crawl of a board is compared with its newest one that is a week older, or else its oldest.
    """
    boards: dict[str, set[str]] = defaultdict(set)
    for file in landing.crawls():
        if file.count("/") >= 2:
            source, board, _ = file.split("/", 2)
            boards[unquote(source)].add(unquote(board))
    found = {source: _of_source(landing, source, sorted(names)) for source, names in sorted(boards.items())}
    return {source: lines for source, lines in found.items() if lines}


def _of_source(landing: Landing, source: str, boards: list[str]) -> list[str]:
    pairs = [pair for name in boards[:: -(-len(boards) // _BOARDS)] if (pair := _pair(landing, Board(source, name)))]
    newest = max((after.collected_at for _, after in pairs), default=None)
    before, after = Shape(), Shape()
    for earlier, later in pairs:
        if newest and newest - later.collected_at < _APART:  # what a board said long ago is no news
            for facts, shape in ((earlier, before), (later, after)):
                _add(shape, landing, facts)
    return differences(before, after)


def _add(shape: Shape, landing: Landing, facts: CrawlFacts) -> None:
    """Take in the first payloads of a crawl, as far as they can be read; loading tells of what cannot."""
    with suppress(JobEtlError, OSError, ValueError):
        for line in islice(landing.payload_lines(landing.payload_file(facts.key)), _PAYLOADS):
            shape.add(jsontext.decode(line))


def _pair(landing: Landing, board: Board) -> tuple[CrawlFacts, CrawlFacts] | None:
    """The newest complete crawl of a board, behind the one it is compared with; None where there are not two."""
    newest = earlier = None
    for facts in History(landing.newest_first(board)):
        if facts.outcome is Outcome.COMPLETE:
            newest, earlier = newest or facts, facts
            if newest.collected_at - earlier.collected_at >= _APART:
                break
    return (earlier, newest) if newest and earlier and earlier is not newest else None
