"""One payload → one row of `staging.postings`, or the reason why there is none.

Belongs here: what a row holds. No database: this runs in processes that have none open.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from job_etl import jsontext
from job_etl.errors import UnreadablePayload
from job_etl.model import Board, Posting
from job_etl.normalize.company import company_match_key
from job_etl.normalize.posting import normalize
from job_etl.sources.base import Source
from job_etl.warehouse import copytext

POSTING_FIELDS = tuple(field.name for field in fields(Posting))

READING_COLUMNS = (
    *(field for field in POSTING_FIELDS if field not in ("source_job_id", "posted_at")),
    "company_key",
    "normalizer_version",
)
"""What a payload reads as, but for whose it is, and `posted_at`, which a later reading does not always move."""

DERIVED_COLUMNS = (
    *POSTING_FIELDS,
    "source",
    "board",
    "raw_id",
    "payload_at",
    "direct",
    "company_key",
    "normalizer_version",
    "first_seen_at",
    "last_seen_at",
)
REJECT_COLUMNS = ("crawl_id", "line", "source", "board", "source_job_id", "raw_id", "reason", "normalizer_version")


@dataclass(frozen=True, slots=True)
class Unread:
    """A payload to read, and the posting and crawl it counts for; `line` and `crawl_id` say where it came from.

    `payload` and `params` are JSON text.
    """

    raw_id: uuid.UUID
    payload: bytes
    collected_at: datetime
    crawl_id: int
    line: int
    source: str
    source_job_id: str | None
    board: str
    company: str | None
    params: bytes | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Readings:
    """What some payloads read as, as COPY takes it, so that whoever passes it on need not look at it.

    `derived` are `read` rows of `DERIVED_COLUMNS`, `rejects` are `rejected` rows of `REJECT_COLUMNS` for what could
    not be read.
    """

    read: int
    derived: bytes
    rejected: int
    rejects: bytes


def derive(unread: Sequence[Unread], sources: Mapping[str, Source], version: str) -> Readings:
    """Read payloads with their sources and normalise them; `version` is the normaliser's."""
    derived, rejects = [], []
    for row in unread:
        try:
            derived.append(copytext.row(_derive(row, sources[row.source], version)))
        except UnreadablePayload as error:
            rejects.append(copytext.row(_reject(row, str(error), version)))
    return Readings(len(derived), "".join(derived).encode(), len(rejects), "".join(rejects).encode())


def _derive(row: Unread, source: Source, version: str) -> list[Any]:
    payload = jsontext.decode(row.payload)
    params = jsontext.decode(row.params) if row.params else {}
    board = Board(row.source, row.board, row.company, params)
    if row.source_job_id is None:
        source.identify(payload, board)  # raises, with the reason
        raise UnreadablePayload("the payload has no identity")
    posting = normalize(source.read(payload, board), collected_at=row.collected_at)
    values = {field: getattr(posting, field) for field in POSTING_FIELDS}
    values["source_job_id"] = row.source_job_id
    values["places"] = jsontext.encode(posting.places).decode()
    values["provenance"] = jsontext.encode(posting.provenance).decode()
    return [
        *values.values(),
        row.source,
        row.board,
        row.raw_id,
        row.collected_at,
        source.direct,
        company_match_key(posting.company) or None,
        version,
        row.first_seen_at,
        row.last_seen_at,
    ]


def _reject(row: Unread, reason: str, version: str) -> list[Any]:
    return [row.crawl_id, row.line, row.source, row.board, row.source_job_id, row.raw_id, reason, version]
