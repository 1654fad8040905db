"""Chunks of payloads, read in processes beside this one where there are many.

Belongs here: how much is read where and in what order. What reading is belongs to `deriving`, the processes to
`workers`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import chain

from job_etl.sources.base import Source
from job_etl.warehouse.deriving import Readings, Unread, derive
from job_etl.warehouse.workers import Workers

_FEW = 1_000
"""Payloads that are read in less time than processes take to start and load their dictionaries."""

_AHEAD = 2
"""Chunks of payloads kept waiting for each process, so that none has to."""


class Readers:
    """Reads chunks of payloads in `processes` processes, started once there are payloads enough; to be closed.

    With one process all is read in this one.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._workers: Workers | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._workers is not None:
            self._workers.close()

    @property
    def started(self) -> int:
        """How many processes have been started: none while there are few payloads."""
        return len(self._workers) if self._workers is not None else 0

    def submit(self, chunk: Sequence[Unread], sources: Mapping[str, Source], version: str) -> Future[Readings]:
        """Have a chunk read in one of the processes that were started; there must be one, `started` says.

        The future's result raises `TransientError` where the process ended before it answered.
        """
        assert self._workers is not None, "no process has been started"
        return self._workers.submit(derive, chunk, sources, version)

    def read(
        self, chunks: Iterable[Sequence[Unread]], sources: Mapping[str, Source], version: str
    ) -> Iterator[Readings]:
        """The readings of each chunk, in order; chunks are asked for as they are needed.

        `sources` and `version` are those of `derive`.

        Raises:
            TransientError: a process ended before it answered.
        """
        coming = iter(chunks)
        first: list[Sequence[Unread]] = []
        if self._workers is None and self._processes > 1:
            first = _first(coming, _FEW)
            if sum(map(len, first)) >= _FEW:
                self._workers = Workers(self._processes)
        if self._workers is None:
            for chunk in chain(first, coming):
                yield derive(chunk, sources, version)
            return
        reading: deque[Future[Readings]] = deque()
        for chunk in chain(first, coming):
            reading.append(self.submit(chunk, sources, version))
            if len(reading) > _AHEAD * self._processes:
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()


def _first(chunks: Iterator[Sequence[Unread]], payloads: int) -> list[Sequence[Unread]]:
    """The first chunks, until they hold so many payloads."""
    first: list[Sequence[Unread]] = []
    for chunk in chunks:
        first.append(chunk)
        payloads -= len(chunk)
        if payloads <= 0:
            break
    return first
