"""The hand-written answers in `fixtures/<source>/`, and what every test of sources does with them.

A file is one answer of the provider, in its true shape and about invented employers. `detail.*` is the answer to the
detail request of the first payload of `list.*`; or of `index.*`, whose items are nothing without their details.
`board.json` says which board they are of, where it matters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from job_etl.http import Client, Limits, Site
from job_etl.model import Board, GivenPosting, Payload
from job_etl.sources import SOURCES
from job_etl.sources.base import Answer, Ask, Rate, Source

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Sample:
    """One payload of a fixture."""

    source: Source
    board: Board
    payload: Payload
    name: str

    def read(self) -> GivenPosting:
        return self.source.read(self.payload, self.board)


def board_of(source: str) -> Board:
    settings = FIXTURES / source / "board.json"
    return Board(source, **(json.loads(settings.read_text()) if settings.exists() else {"name": "copper-lark"}))


def answers(source: str) -> list[Path]:
    """The files with lists of postings, the one called `list` first."""
    found = [path for path in (FIXTURES / source).iterdir() if path.stem not in ("board", "detail", "index")]
    return sorted(found, key=lambda path: (path.stem != "list", path.name))


def samples(source_name: str) -> list[Sample]:
    """Every payload of a source's fixtures; the first one also with its detail, where there is one."""
    source, board = SOURCES[source_name], board_of(source_name)
    found = [
        Sample(source, board, payload, f"{source_name}-{path.stem}-{number}")
        for path in answers(source_name)
        for number, payload in enumerate(source.cut(path.read_bytes()))
    ]
    folder = FIXTURES / source_name
    for path in folder.glob("detail.*"):
        listed = [source.cut(index.read_bytes())[0] for index in folder.glob("index.*")] or [found[0].payload]
        merged = source.merge(listed[0], Answer(url="", body=path.read_bytes()))
        found.insert(0, Sample(source, board, merged, f"{source_name}-detail"))
    return found


def sample(source_name: str, number: int = 0) -> GivenPosting:
    """The reading of one payload of a source's fixtures."""
    return samples(source_name)[number].read()


def all_samples() -> list[Sample]:
    return [one for name in SOURCES for one in samples(name)]


@contextmanager
def asking(source: Source, base_url: str, board: Board) -> Iterator[Ask]:
    """Asks a server on loopback that plays the provider, through the real client."""
    site = Site(
        source=source.name,
        base_url=base_url,
        own_base_url=source.base_url.replace("{board}", board.name),
        hosts=source.hosts,
        rate=Rate(per_second=1000, concurrency=4),
        named=True,
    )
    with Client(Limits(connect=2, read=2, request=5, attempts=1)) as client:
        yield client.session(site).ask


def crawl(source_name: str, base_url: str, board: Board | None = None) -> list[Payload]:
    """Everything a crawl of a board gets from a server that plays the provider."""
    source, board = SOURCES[source_name], board or board_of(source_name)
    secrets = {name: f"{name.lower()}-value" for name in source.needs}
    with asking(source, base_url, board) as ask:
        return [payload for answer in source.pages(board, ask, secrets) for payload in source.cut(answer.body)]
