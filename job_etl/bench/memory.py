"""How much memory the processes of a measurement take, the server's included.

Belongs here: watching them. What counts is the proportional set size: of pages that processes share, such as a server's
buffers, each has its part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_EVERY = 0.25  # seconds
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@contextmanager
def watched(backend: int) -> Iterator[dict[str, int]]:
    """The peaks in bytes, filled in while the block runs: of this process, its children and the backend `backend`.

    Children count by the largest at a time, and all together. Empty where the system does not tell, and without the
    backend where that is another machine's or account's.
    """
    peaks: dict[str, int] = {}
    done = Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            children = [_pss(pid) for pid in _descendants(os.getpid())]
            now = {
                "this process": _pss(os.getpid()),
                "the largest process it starts": max(children, default=0),
                "all processes but the server's": _pss(os.getpid()) + sum(children),
                "the server's process for it": _pss(backend),
            }
            peaks.update({name: max(size, peaks.get(name, 0)) for name, size in now.items() if size})

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _pss(pid: int) -> int:
    with suppress(OSError):  # it has ended, is another account's, or this is no Linux
        if found := _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text()):
            return int(found[1]) * 1024
    return 0


def _descendants(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _descendants(child)
