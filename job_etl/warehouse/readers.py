"""Processes that read payloads beside this one, as many as there are cores.

Belongs here: starting and feeding them, and what becomes of one that ends too early. What they do
belongs to `deriving`.

They are programs of their own and not `multiprocessing`'s, whose workers import the caller's main module (Dagster, for
most), and go on waiting when the caller is killed: these see the end of their input, and end too.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from job_etl.errors import TransientError
from job_etl.sources.base import Source
from job_etl.warehouse.deriving import Readings, Unread, derive

MOST_PROCESSES = 8
"""More than one database connection can feed."""

_ALONE = 1_000
"""Payloads that are read in less time than a process takes to start."""

_AHEAD = 2
"""Chunks of payloads kept waiting for each process, so that none has to."""

_Question = tuple[Sequence[Unread], Mapping[str, Source], str]

_PROGRAM = "from job_etl.warehouse.readers import serve; serve()"


def cores() -> int:
    """The processes worth starting: the cores this process may use, at most `MOST_PROCESSES`."""
    available = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(available, MOST_PROCESSES)


class Readers:
    """Reads chunks of payloads in `processes` processes, started once there are payloads enough; to be closed.

    With one process all is read in this one.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._read = 0
        self._stack = ExitStack()
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(
        self, chunks: Iterable[Sequence[Unread]], sources: Mapping[str, Source], version: str
    ) -> Iterator[Readings]:
        """The readings of each chunk, in order; chunks are asked for as they are needed.

        `sources` and `version` are those of `derive`.

        Raises:
            TransientError: a process ended before it answered.
        """
        reading: deque[Future[Readings]] = deque()
        for chunk in chunks:
            if self._processes < 2 or self._read < _ALONE:
                yield derive(chunk, sources, version)
            else:
                reading.append(self._submit((chunk, sources, version)))
                if len(reading) > _AHEAD * self._processes:
                    yield reading.popleft().result()
            self._read += len(chunk)
        while reading:
            yield reading.popleft().result()

    def _submit(self, question: _Question) -> Future[Readings]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._processes)
            for _ in range(self._processes):
                process = _Process()
                self._stack.callback(process.close)
                self._idle.put(process)
            self._stack.callback(self._threads.shutdown, cancel_futures=True)
        return self._threads.submit(self._ask, question)

    def _ask(self, question: _Question) -> Readings:
        process = self._idle.get()
        try:
            return process.ask(question)
        finally:
            self._idle.put(process)


class _Process:
    """One reading process, asked one chunk at a time."""

    def __init__(self) -> None:
        package = Path(__file__).parents[2]
        path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, question: _Question) -> Readings:
        try:
            pickle.dump(question, self._input, pickle.HIGHEST_PROTOCOL)
            self._input.flush()
            answer = pickle.load(self._output)  # noqa: S301 - from our own process
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            status = self._process.wait()
            raise TransientError(
                f"a process that reads payloads ended (status {status}), perhaps for want of memory: run it again"
            ) from error
        if isinstance(answer, Exception):
            raise answer
        readings: Readings = answer
        return readings

    def close(self) -> None:
        with suppress(OSError):
            self._input.close()
        self._output.close()
        self._process.wait()

    @property
    def _input(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def serve() -> None:
    """Answer chunks on standard input until it ends; what a reading process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches it too, and is the caller's to deal with
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    with suppress(EOFError, BrokenPipeError):
        while True:
            question: _Question = pickle.load(asked)  # noqa: S301 - from our own caller
            answer: Readings | Exception
            try:
                answer = derive(*question)
            except Exception as error:
                answer = error
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
