"""`sources.yml`: which boards of which sources are crawled, where they are asked, and how.

Belongs here: what may stand in the file, and what the environment changes of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt

from job_etl import secrets
from job_etl.config.reading import Entry, parsed, read_yaml, unknown
from job_etl.errors import ConfigError
from job_etl.history import Rhythm
from job_etl.http import Limits
from job_etl.model import Board
from job_etl.paths import config_file
from job_etl.sources import SOURCES
from job_etl.sources.base import Source

STARTER = "starter/"
"""What the name of a group of boards that ships with the package begins with."""


def _name(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("YAML reads this as a truth value; put the name in quotes")
    return str(value) if isinstance(value, int) else value


def _clean(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError(f"should be a name, not {value!r}")
    return value.strip()


def _http(value: str) -> str:
    try:
        url = httpx.URL(value.replace("{", "").replace("}", ""))
    except httpx.InvalidURL as error:
        raise ValueError(f"should be a URL, not {value!r} ({error})") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"should be a URL that begins with http:// or https://, not {value!r}")
    return value.rstrip("/")


def _header(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("should be an address or URL in ASCII, for the User-Agent header")
    return value


def _board(value: Any) -> Any:
    return value if isinstance(value, dict) else {"board": value}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_name), AfterValidator(_clean)]
BaseUrl = Annotated[str, AfterValidator(_http)]


class CrawlSettings(Entry):
    """The key `crawl`: what holds for every source.

    A crawl from which more than `gone_share` of a board's postings are gone, and at least `gone_least`, closes none
    of them before a person has confirmed it. What a provider tells of a posting in a detail beside its list is asked
    for again after `refresh_details_days`, though the list says the same.
    """

    contact: Annotated[str, AfterValidator(_header)] | None = None
    connect_seconds: PositiveFloat = 5.0
    read_seconds: PositiveFloat = 20.0
    request_seconds: PositiveFloat = 90.0
    board_seconds: PositiveFloat = 1800.0
    attempts: PositiveInt = 4
    body_mb: PositiveFloat = 64.0
    every_hours: PositiveFloat = 20.0
    seldom_hours: PositiveFloat = 68.0
    empty_apart_hours: PositiveFloat = 6.0
    empty_times: PositiveInt = 2
    gone_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    gone_least: PositiveInt = 20
    refresh_details_days: PositiveFloat = 14.0

    def limits(self) -> Limits:
        """The bounds of the HTTP client."""
        return Limits(
            connect=self.connect_seconds,
            read=self.read_seconds,
            request=self.request_seconds,
            attempts=self.attempts,
            attempts_unreachable=min(2, self.attempts),
            body=int(self.body_mb * (1 << 20)),
        )

    def refresh_details(self) -> timedelta:
        """The age at which a detail is asked for again."""
        return timedelta(days=self.refresh_details_days)

    def rhythm(self) -> Rhythm:
        """How often boards are asked."""
        return Rhythm(
            every=timedelta(hours=self.every_hours),
            seldom=timedelta(hours=self.seldom_hours),
            empty_apart=timedelta(hours=self.empty_apart_hours),
            empty_times=self.empty_times,
        )


class RateEntry(Entry):
    """How fast a source is asked, where not as its module says."""

    per_second: PositiveFloat | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None


class BoardEntry(Entry):
    """One board; written as a bare name where there is nothing else to say of it."""

    board: Name
    company: Name | None = None
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)

    def of(self, source: str) -> Board:
        """The board itself."""
        return Board(source, self.board, self.company, dict(self.params))


class SourceEntry(Entry):
    """One source. Without `enabled` it is crawled if it has boards and its keys are there."""

    enabled: bool | None = None
    base_url: BaseUrl | None = None
    rate: RateEntry = RateEntry()
    boards: Annotated[list[Annotated[BoardEntry, BeforeValidator(_board)]], BeforeValidator(_listed)] = Field(
        default_factory=list
    )


class Sources:
    """What `sources.yml` says, with the groups of boards it names spelled out."""

    def __init__(self, file: Path, crawl: CrawlSettings, entries: Mapping[str, SourceEntry]) -> None:
        self.file = file
        self.crawl = crawl
        self.entries = entries
        self._boards = {name: tuple(self._spelled_out(name)) for name in entries}

    def entry(self, source: str) -> SourceEntry:
        """What the file says of a source; nothing where it does not name it."""
        return self.entries.get(source, SourceEntry())

    def enabled(self) -> list[Source]:
        """The sources that are crawled, in the order of the file."""
        return [SOURCES[name] for name in self.entries if self.is_enabled(name)]

    def is_enabled(self, name: str) -> bool:
        """Whether a source is crawled."""
        entry = self.entries.get(name)
        if entry is None:
            return False
        if entry.enabled is None:
            return bool(self._boards[name]) and not secrets.missing(SOURCES[name].needs)
        return entry.enabled

    def boards(self, source: str) -> tuple[Board, ...]:
        """The boards of a source, enabled or not."""
        return self._boards.get(source, ())

    def chosen(self, sources: Iterable[str] = (), boards: Iterable[str] = ()) -> list[Board]:
        """The boards to crawl: those named, `greenhouse/stripe` or `stripe`, else all of the sources that are enabled.

        A source that is named is crawled also where it is not enabled. A board that is named with its source needs not
        be in the file.

        Raises:
            ConfigError: a source or a board is unknown.
        """
        names, wanted = list(dict.fromkeys(sources)), list(dict.fromkeys(boards))
        for name in names:
            if name not in SOURCES:
                raise ConfigError(f"source {name}: {unknown(name, SOURCES, 'source')}")
        listed = [board for name in names or [source.name for source in self.enabled()] for board in self.boards(name)]
        if not wanted:
            return listed
        return [board for want in wanted for board in self._named(want, listed, names)]

    def _named(self, want: str, listed: Iterable[Board], names: list[str]) -> list[Board]:
        everywhere = listed if names else [board for name in self.entries for board in self.boards(name)]
        if found := [board for board in everywhere if want in (str(board), board.name)]:
            return found
        source, _, name = want.partition("/")
        if name and source in (names or SOURCES):
            return [Board(source, name)]
        if len(names) == 1:
            return [Board(names[0], want)]
        raise ConfigError(f"board {want}: not in {self.file.name}; name its source to crawl it all the same")

    def _spelled_out(self, source: str) -> Iterator[Board]:
        """The boards of a source; one that is listed by itself is not taken from a group."""
        entries = self.entries[source].boards
        seen: set[str] = set()
        for number, entry in enumerate(entries):
            if entry.board in seen:
                raise ConfigError(f"{self.file.name}: {source}.boards[{number}]: {entry.board} stands there twice")
            seen.add(entry.board)
        for number, entry in enumerate(entries):
            if not entry.board.startswith(STARTER):
                yield entry.of(source)
                continue
            for board in _group(entry.board, source, f"{self.file.name}: {source}.boards[{number}]"):
                if board.name not in seen:
                    seen.add(board.name)
                    yield board


def load(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Sources:
    """Read `sources.yml`.

    `JOB_ETL_CONTACT` and `JOB_ETL_<SOURCE>_BASE_URL` of the environment win over the file.

    Raises:
        ConfigError: the file or one of these variables is wrong; a line for each mistake, with its key.
    """
    file = file or config_file("sources.yml")
    document = read_yaml(file) or {}
    if not isinstance(document, dict):
        raise ConfigError(f"{file.name}: should hold `crawl` and the names of sources, each with its settings")
    settings = dict(document.get("crawl") or {})
    if contact := environ.get("JOB_ETL_CONTACT"):
        settings["contact"] = contact
    mistakes: list[str] = []
    entries: dict[str, SourceEntry] = {}
    crawl = CrawlSettings()
    try:
        crawl = parsed(CrawlSettings, settings, file=file, at="crawl")
    except ConfigError as error:
        mistakes.append(str(error))
    for name, value in document.items():
        if name == "crawl":
            continue
        try:
            if name not in SOURCES:
                raise ConfigError(f"{file.name}: {name}: {unknown(str(name), ['crawl', *SOURCES], 'source')}")
            entries[name] = _overridden(name, parsed(SourceEntry, value, file=file, at=name), environ)
        except ConfigError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return Sources(file, crawl, entries)


def _overridden(name: str, entry: SourceEntry, environ: Mapping[str, str]) -> SourceEntry:
    variable = f"JOB_ETL_{name.upper()}_BASE_URL"
    url = environ.get(variable)
    if not url:
        return entry
    try:
        return entry.model_copy(update={"base_url": _http(url)})
    except ValueError as error:
        raise ConfigError(f"{variable}: {error}") from None


def _group(name: str, source: str, at: str) -> Iterator[Board]:
    file = config_file(f"{name}.yml")
    if not file.is_file():
        shipped = sorted(f"{STARTER}{path.stem}" for path in config_file("starter").glob("*.yml"))
        raise ConfigError(f"{at}: {unknown(name, shipped, 'group')}")
    document = read_yaml(file) or {}
    entry = parsed(SourceEntry, {"boards": document.get(source, [])}, file=file, at=source)
    return (board.of(source) for board in entry.boards)
