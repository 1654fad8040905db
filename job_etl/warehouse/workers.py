"""Processes beside this one that run a function for it.

Belongs here: starting and feeding them, and what becomes of one that ends too early.

They are programs of their own and not `multiprocessing`'s, whose workers import the caller's main module (Dagster, for
most), and go on waiting when the caller is killed: these see the end of their input, and end too.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, ParamSpec, TypeVar

from job_etl.errors import TransientError

P = ParamSpec("P")
T = TypeVar("T")

MOST_PROCESSES = 8
"""More than one database connection can feed."""

_PROGRAM = "from job_etl.warehouse.workers import serve; serve()"


def cores() -> int:
    """The processes worth starting: the cores this process may use, at most `MOST_PROCESSES`."""
    available = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(available, MOST_PROCESSES)


class Workers:
    """Runs functions of modules in `processes` processes, which it starts and which may be none; to be closed."""

    def __init__(self, processes: int) -> None:
        self._processes = [_Process() for _ in range(processes)]
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(processes or 1)

    def __len__(self) -> int:
        return len(self._processes)

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What the function returns or raises, or a `TransientError` where the process ended before it answered."""
        return self._threads.submit(self._ask, function, args, kwargs)

    def close(self) -> None:
        """End the processes, without what they were not begun with."""
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.close()

    def _ask(self, *question: Any) -> Any:
        process = self._idle.get()
        try:
            return process.ask(question)
        finally:
            self._idle.put(process)


class _Process:
    """One process, asked one thing at a time."""

    def __init__(self) -> None:
        package = Path(__file__).parents[2]
        path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, question: tuple[Any, ...]) -> Any:
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
        return answer

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
    """Answer questions on standard input until it ends; what such a process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches it too, and is the caller's to deal with
    gc.set_threshold(50_000)  # what is read has no cycles: looking for them as often as usual costs 3 %
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    with suppress(EOFError, BrokenPipeError):
        while True:
            function, args, kwargs = pickle.load(asked)  # noqa: S301 - from our own caller
            try:
                answer = function(*args, **kwargs)
            except Exception as error:
                answer = error
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
