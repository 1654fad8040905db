"""Answers that somebody saved, landed as one crawl."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import zstandard

from job_etl.errors import PermanentError, UnreadableAnswer
from job_etl.landing import CrawlFacts, Landing, decompressed
from job_etl.model import Board, Outcome
from job_etl.sources.base import Source


def land_files(
    landing: Landing, source: Source, board: Board, files: Sequence[str], *, collected_at: datetime
) -> CrawlFacts:
    """Land the exact bytes of a provider's answers, the pages of one crawl, as a complete crawl.

    A file may be compressed (`.gz`, `.zst`); `-` is standard input. All files are read before anything is landed.

    Raises:
        PermanentError: a file cannot be read.
        UnreadableAnswer: a file is not an answer of the source; nothing is landed.
    """
    payloads = []
    received = 0
    for file in files:
        body = _read(file)
        received += len(body)
        try:
            payloads += source.cut(body)
        except UnreadableAnswer as error:
            raise UnreadableAnswer(f"{file}: {error}") from error
    with landing.write(board, collected_at=collected_at) as crawl:
        for payload in payloads:
            crawl.add(payload)
        return crawl.finish(Outcome.COMPLETE, received_bytes=received)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        with Path(file).open("rb") as stored:
            return b"".join(decompressed(stored, file))
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise PermanentError(f"{file}: cannot be read ({reason})") from error
