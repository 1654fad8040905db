"""The landing zone: every crawl as it came, in files, before and independent of any database.

A crawl is two files under `<root>/<source>/<board>/<year>/`: `<key>.jsonl.zst` with one payload a line, and
`<key>.json` with the crawl's facts. The facts are published first and the payloads last, each under its final
name in one step, so a reader that sees payloads sees them whole and with their facts. A file of payloads
without facts was put there by hand or by another tool and counts as one complete crawl.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote

import fsspec
import msgspec
import zstandard

from job_etl import jsontext
from job_etl.errors import PermanentError
from job_etl.model import Board, Outcome

_SUFFIXES = (".jsonl.zst", ".jsonl.gz", ".jsonl")
_TIME_IN_NAME = re.compile(r"(\d{8}T\d{6}(?:\.\d{1,6})?Z)")
_YEAR = re.compile(r"^(?:/[^/]+){2}/\d{4}$")
_LEVEL = 3  # zstd's default: more costs time and saves little on postings


@dataclass(frozen=True, slots=True)
class CrawlFacts:
    """What is known of a crawl besides its payloads.

    `key` is its place in the landing zone without ending. `payloads` is the number of lines, `rejects` how many of them
    the source could not read when they came (None where nobody tried), `received_bytes` what the provider sent. `etag`
    and `last_modified` are the provider's, for asking again.
    """

    key: str
    source: str
    board: str
    collected_at: datetime
    outcome: Outcome
    company: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    payloads: int = 0
    rejects: int | None = None
    requests: int = 0
    received_bytes: int = 0
    etag: str | None = None
    last_modified: str | None = None


class CrawlWriter:
    """Collects one crawl; nothing is published before `finish`."""

    def __init__(self, landing: Landing, board: Board, collected_at: datetime) -> None:
        self._landing = landing
        self._board = board
        self._collected_at = collected_at.astimezone(UTC)
        self._digest = hashlib.sha256()
        self._payloads = 0
        self._folder = f"{_folder(board)}/{self._collected_at:%Y}"
        self._temporary = f"{self._folder}/.{uuid.uuid4().hex}.tmp"
        self._file: IO[bytes] = landing.create(self._temporary)
        self._stream = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(self._file, closefd=False)

    def add(self, payload: Any) -> None:
        """Add one payload, untouched."""
        line = jsontext.encode(payload)
        self._digest.update(line)
        self._stream.write(line)
        self._stream.write(b"\n")
        self._payloads += 1

    def finish(
        self,
        outcome: Outcome,
        reason: str | None = None,
        *,
        rejects: int | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        requests: int = 0,
        received_bytes: int = 0,
    ) -> CrawlFacts:
        """Publish the crawl, facts first. The same payloads at the same time are the same crawl."""
        self._stream.close()  # type: ignore[no-untyped-call]
        self._close_durably()
        time = f"{self._collected_at:%Y%m%dT%H%M%S}"
        if self._collected_at.microsecond:
            time += f".{self._collected_at.microsecond:06d}"
        facts = CrawlFacts(
            key=f"{self._folder}/{time}Z-{self._digest.hexdigest()[:12]}",
            source=self._board.source,
            board=self._board.name,
            collected_at=self._collected_at,
            outcome=outcome,
            company=self._board.company,
            params=self._board.params,
            reason=reason,
            payloads=self._payloads,
            rejects=rejects,
            requests=requests,
            received_bytes=received_bytes,
            etag=etag,
            last_modified=last_modified,
        )
        self._landing.put(f"{facts.key}.json", msgspec.json.format(msgspec.json.encode(facts), indent=1))
        self._landing.rename(self._temporary, f"{facts.key}.jsonl.zst")
        return facts

    def discard(self) -> None:
        """Forget the crawl, if it is not published."""
        self._file.close()
        self._landing.remove(self._temporary)

    def _close_durably(self) -> None:
        self._file.flush()
        with contextlib.suppress(OSError, AttributeError):  # an object store: what is closed is durable there
            os.fsync(self._file.fileno())
        self._file.close()


class Landing:
    """A landing zone at a path or fsspec URL (`/data/landing`, `s3://bucket/landing`)."""

    def __init__(self, root: str) -> None:
        try:
            self._fs, self._root = fsspec.core.url_to_fs(root)
        except ImportError as error:
            raise PermanentError(f"the landing zone {root} needs an extra: {error}") from error
        self._root = self._root.rstrip("/")
        self._has_bucket = False  # known to
        self.url = root

    @contextmanager
    def write(self, board: Board, *, collected_at: datetime) -> Iterator[CrawlWriter]:
        """A writer for one crawl; leaving without `finish` publishes nothing."""
        writer = CrawlWriter(self, board, collected_at)
        try:
            yield writer
        finally:
            writer.discard()

    def crawls(self) -> Iterator[str]:
        """The keys of all published crawls, as files with their ending, in the order of their names.

        Raises:
            PermanentError: the landing zone is in a bucket that does not exist.
        """
        if not self._fs.exists(self._root):
            self._require_bucket()
            return
        for path in sorted(self._files()):
            name = path.removeprefix(self._root + "/")
            if name.endswith(_SUFFIXES) and not name.rsplit("/", 1)[-1].startswith("."):
                yield name

    def state(self) -> str | None:
        """A text that is another one once a crawl is published, as told by folders, of which there are few.

        None where only listing every file would tell: a bucket has no folders.
        """
        if not self._is_local:
            return None
        changed = hashlib.sha256()
        for folder in self._folders():
            changed.update(f"{folder.path} {folder.stat().st_mtime_ns}\n".encode())
        return changed.hexdigest()

    def facts(self, file: str) -> CrawlFacts:
        """The facts of a crawl by the name of its file; made from the name where none lie beside it.

        Raises:
            PermanentError: the file does not lie in `<source>/<board>/`, or its facts are not readable.
        """
        key = crawl_key(file)
        try:
            facts = msgspec.json.decode(self._fs.cat_file(self._path(f"{key}.json")), type=CrawlFacts)
        except FileNotFoundError:
            return self._facts_of_foreign_file(file)
        except msgspec.DecodeError as error:
            raise PermanentError(f"landing zone: {key}.json is not a crawl's facts ({error})") from error
        return replace(facts, key=key)

    def payload_lines(self, file: str) -> Iterator[bytes]:
        """The payloads of a crawl as lines of JSON text, without the line end; blank lines are left out.

        Raises:
            PermanentError: the file is cut short or not compressed as its name says.
        """
        with self._fs.open(self._path(file), "rb") as stored:
            try:
                for line in _lines(decompressed(stored, file)):
                    if text := line.strip(b" \t\r\n"):
                        yield text
            except (zstandard.ZstdError, EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise PermanentError(f"landing zone: {file} is damaged or cut short ({error})") from error

    def payload_file(self, key: str) -> str:
        """The name of the file that holds the payloads of a published crawl."""
        names = [f"{key}{suffix}" for suffix in _SUFFIXES]
        return next((name for name in names[1:] if self._fs.exists(self._path(name))), names[0])

    def last(self, board: Board) -> CrawlFacts | None:
        """The facts of a board's newest crawl that says what is on the board; None where there is none."""
        return next(self.newest_first(board), None)

    def newest_first(self, board: Board) -> Iterator[CrawlFacts]:
        """The facts of a board's crawls, the newest first."""
        folder = self._path(_folder(board))
        if not self._fs.exists(folder):
            self._require_bucket()
            return
        files = [path.removeprefix(self._root + "/") for path in self._fs.find(folder)]
        published = {name for name in files if name.endswith(_SUFFIXES) and "/." not in name}
        # A full second sorts before its fractions only without the Z that ends it.
        for name in sorted(published, key=lambda name: name.rsplit("/", 1)[-1].replace("Z", "."), reverse=True):
            yield self.facts(name)

    def create(self, name: str) -> IO[bytes]:
        """Open a new file for writing."""
        path = self._path(name)
        if self._is_in_bucket:
            self._require_bucket()
        else:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        file: IO[bytes] = self._fs.open(path, "wb")
        return file

    def put(self, name: str, content: bytes) -> None:
        """Write a small file in one step."""
        temporary = f"{name.rsplit('/', 1)[0]}/.{uuid.uuid4().hex}.tmp"
        with self.create(temporary) as file:
            file.write(content)
        self.rename(temporary, name)

    def rename(self, old: str, new: str) -> None:
        """Give a file its final name."""
        if self._is_local:
            Path(self._path(old)).replace(self._path(new))
        else:
            self._fs.mv(self._path(old), self._path(new))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self._fs.exists(self._path(name)):
            self._fs.rm_file(self._path(name))

    @property
    def _is_local(self) -> bool:
        return "file" in self._protocols

    @property
    def _is_in_bucket(self) -> bool:
        return bool({"s3", "gs"} & self._protocols)

    @property
    def _protocols(self) -> set[str]:
        return {self._fs.protocol} if isinstance(self._fs.protocol, str) else set(self._fs.protocol)

    def _require_bucket(self) -> None:
        """See that the bucket is there: a missing one lists as empty, and writing would make it, whatever its name."""
        if not self._is_in_bucket or self._has_bucket:
            return
        bucket = self._root.split("/", 1)[0]
        if not self._fs.exists(bucket):
            raise PermanentError(
                f"landing zone {self.url}: there is no bucket {bucket} that this account may see: create it, or set "
                "JOB_ETL_LANDING_URL, and AWS_ENDPOINT_URL where it is not Amazon's"
            )
        self._has_bucket = True

    def _files(self) -> Iterator[str]:
        if not self._is_local:
            yield from self._fs.find(self._root)
            return
        for folder, _, names in os.walk(self._root):  # fsspec takes three times as long: it asks after each file
            yield from (f"{folder}/{name}" for name in names)

    def _folders(self) -> Iterator[os.DirEntry[str]]:
        """Every folder below the root; those of a year hold crawls and nothing else, and are not looked into."""
        waiting = [self._root]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    found = sorted((entry for entry in entries if entry.is_dir()), key=attrgetter("path"))
            except FileNotFoundError:  # removed just now, or not made yet
                continue
            yield from found
            waiting += [entry.path for entry in found if not _YEAR.search(entry.path.removeprefix(self._root))]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _facts_of_foreign_file(self, file: str) -> CrawlFacts:
        parts = file.split("/")
        if len(parts) < 3:
            raise PermanentError(
                f"landing zone: {file} does not lie in <source>/<board>/, so nobody knows whose postings it holds"
            )
        if match := _TIME_IN_NAME.search(parts[-1]):
            collected_at = datetime.fromisoformat(match[1])
        else:
            collected_at = self._fs.modified(self._path(file))
        return CrawlFacts(
            key=crawl_key(file),
            source=unquote(parts[0]),
            board=unquote(parts[1]),
            collected_at=collected_at,
            outcome=Outcome.COMPLETE,
        )


def _folder(board: Board) -> str:
    """A board's folder, `<source>/<board>`; no name leads out of it or is hidden by its first dot."""
    names = (quote(name, safe="") for name in (board.source, board.name))
    return "/".join(f"%2E{name[1:]}" if name.startswith(".") else name for name in names)


def crawl_key(file: str) -> str:
    """A crawl's key: its file's name without the ending."""
    for suffix in _SUFFIXES:
        if file.endswith(suffix):
            return file.removesuffix(suffix)
    return file


def decompressed(stored: IO[bytes], name: str) -> Iterator[bytes]:
    """The content of a file in pieces, decompressed where its name ends in `.zst` or `.gz`.

    Raises:
        zstandard.ZstdError, gzip.BadGzipFile, EOFError: it is not compressed so, or is cut short.
    """
    if name.endswith(".zst"):
        return _unzstd(stored)
    return _chunks(gzip.open(stored) if name.endswith(".gz") else stored)  # type: ignore[arg-type]


def _unzstd(stored: IO[bytes]) -> Iterator[bytes]:
    # Not stream_reader: it takes the end of the file for the end of the data, and so hides a file cut short.
    frame = zstandard.ZstdDecompressor().decompressobj()
    begun = False
    for chunk in _chunks(stored):
        rest = chunk
        while rest:
            begun = True
            yield frame.decompress(rest)
            rest = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame, begun = zstandard.ZstdDecompressor().decompressobj(), False
    if begun:
        raise EOFError("the compressed data ends too early")


def _chunks(stored: IO[bytes], size: int = 1 << 18) -> Iterator[bytes]:
    while chunk := stored.read(size):
        yield chunk


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Lines of a stream of bytes; only \n ends one, as U+2028 and U+0085 may stand inside JSON text."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest
