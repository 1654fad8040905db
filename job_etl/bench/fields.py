"""How long the fields of one posting take, on one core and without a database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from job_etl import jsontext
from job_etl.errors import UnreadablePayload
from job_etl.landing import Landing
from job_etl.model import Board, GivenPosting
from job_etl.normalize.posting import normalize
from job_etl.sources import SOURCES

_WARMING = 200  # postings that load the dictionaries
_MOST = 5_000


def median_seconds(landing: Landing) -> tuple[int, float]:
    """How many postings of a landing zone were normalised, and the median of the processor's seconds for one."""
    taken = []
    for given, collected_at in islice(_given(landing), _WARMING + _MOST):
        began = time.thread_time()
        normalize(given, collected_at=collected_at)
        taken.append(time.thread_time() - began)
    counted = taken[_WARMING:] or taken
    return len(counted), statistics.median(counted)


def _given(landing: Landing) -> Iterator[tuple[GivenPosting, datetime]]:
    for file in landing.crawls():
        facts = landing.facts(file)
        source = SOURCES[facts.source]
        board = Board(facts.source, facts.board, facts.company, facts.params)
        for line in landing.payload_lines(file):
            try:
                yield source.read(jsontext.decode(line), board), facts.collected_at
            except (UnreadablePayload, ValueError):
                continue  # the corpus has some
