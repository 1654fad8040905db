"""Files for people without the database: the ranked list as Parquet, CSV and JSON Lines.

Belongs here: the formats, and that each file is there whole or not at all. What is ranked, and how, is in `ranking`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from psycopg.types.string import TextLoader

from job_etl import __version__
from job_etl.errors import PermanentError
from job_etl.ranking import reasons
from job_etl.sources import SOURCES
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.marts import built_at

_BATCH = 4_000
"""Jobs held at a time; also the rows of a Parquet row group."""

_UNFINISHED = ".unfinished-"
_GIVEN_UP_SECONDS = 86_400.0

_TEXTS = pa.list_(pa.string())
_TIME = pa.timestamp("us", tz="UTC")
_MONEY = pa.decimal128(38, 2)

SCHEMA = pa.schema(
    {
        "rank": pa.int64(),
        "score": pa.decimal128(5, 2),
        "reasons": _TEXTS,
        "title": pa.string(),
        "company": pa.string(),
        "company_size": pa.string(),
        "location": pa.string(),
        "remote_type": pa.string(),
        "contract_type": pa.string(),
        "seniority": pa.string(),
        "salary_min": _MONEY,
        "salary_max": _MONEY,
        "salary_currency": pa.string(),
        "skills": _TEXTS,
        "posted_at": _TIME,
        "first_seen_at": _TIME,
        "source": pa.string(),
        "sources": _TEXTS,
        "attribution": pa.string(),
        "job_link": pa.string(),
        "apply_url": pa.string(),
        "hash_key": pa.string(),
        "rank_explain": pa.string(),
    }
)
"""The columns of every format: pay is a year's, `rank_explain` JSON, `attribution` what the sources ask to be shown."""

_STATE = b"job_etl"
_JSON = msgspec.json.Encoder(decimal_format="number")

_Columns = Mapping[str, Sequence[Any]]
_Write = Callable[[_Columns, pa.RecordBatch], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """The files, how many jobs are in each, and whether they were written or are still what they were."""

    files: list[Path]
    rows: int
    written: bool


class _State(msgspec.Struct, frozen=True):
    """What an export was made of; the next would be the same until `until`, where nothing was built since."""

    version: str
    built_at: datetime
    until: datetime | None


def export_ranked_jobs(connection: psycopg.Connection, folder: Path) -> Exported:
    """Write the jobs that are open and not excluded, best first, to `ranked_jobs.parquet`, `.csv` and `.jsonl`.

    The three hold the same rows. Each takes its name when all are complete, so that a reader finds the last export or
    this one. Nothing is written where neither the marts have been built nor a listed job has expired since the last.

    Raises:
        PermanentError: the folder cannot be written to.
    """
    files = [folder / f"ranked_jobs{suffix}" for suffix in _WRITERS]
    try:
        if (rows := _still_true(connection, files)) is not None:
            return Exported(files, rows, written=False)
        folder.mkdir(parents=True, exist_ok=True)
        with _scratch(folder) as scratch, connection.transaction():
            rows = _write(connection, scratch)
            for file in files:
                _sync(scratch / file.name)
            for file in files:
                (scratch / file.name).replace(file)
    except OSError as error:
        raise PermanentError(f"cannot write the exports to {folder}: {error.strerror or error}") from error
    return Exported(files, rows, written=True)


def _still_true(connection: psycopg.Connection, files: Sequence[Path]) -> int | None:
    """How many jobs the last export lists, where one made now would list the same; else None."""
    if not all(file.exists() for file in files):
        return None
    try:
        metadata = pq.read_metadata(files[-1])
        state = msgspec.json.decode((metadata.metadata or {})[_STATE], type=_State)
    except (pa.ArrowInvalid, KeyError, msgspec.DecodeError):
        return None
    if (state.version, state.built_at) != (__version__, built_at(connection)):
        return None
    return int(metadata.num_rows) if state.until is None or datetime.now(UTC) < state.until else None


def _write(connection: psycopg.Connection, folder: Path) -> int:
    state = _state(connection)
    rows = 0
    with ExitStack() as opened:
        writes = [
            opened.enter_context(writer(folder / f"ranked_jobs{suffix}", state)) for suffix, writer in _WRITERS.items()
        ]
        for columns in _batches(connection):
            batch = pa.record_batch([pa.array(columns[field.name], field.type) for field in SCHEMA], schema=SCHEMA)
            rows += batch.num_rows
            for write in writes:
                write(columns, batch)
    return rows


def _state(connection: psycopg.Connection) -> _State | None:
    """Read before the jobs: what is built meanwhile makes the export look older than it is, and never newer."""
    at = built_at(connection)
    row = connection.execute(load_sql("ranking/next_expiry.sql")).fetchone()
    return _State(__version__, at, row[0] if row else None) if at else None


def _batches(connection: psycopg.Connection) -> Iterator[_Columns]:
    with connection.cursor("ranked_jobs") as cursor:
        # As text: the files carry it as it is, and only the phrases need what it says.
        cursor.adapters.register_loader("jsonb", TextLoader)
        cursor.execute(load_sql("ranking/top.sql"), {"limit": None})
        names = [column.name for column in cursor.description or ()]
        while rows := cursor.fetchmany(_BATCH):
            found = dict(zip(names, zip(*rows, strict=True), strict=True))
            found["reasons"] = tuple(reasons(msgspec.json.decode(text)) for text in found["rank_explain"])
            found["attribution"] = tuple(_attribution(tuple(sources)) for sources in found["sources"])
            yield {name: found[name] for name in SCHEMA.names}


@lru_cache(maxsize=1_000)
def _attribution(sources: tuple[str, ...]) -> str | None:
    terms = [SOURCES[source].terms.attribution for source in sources if source in SOURCES]
    return "; ".join(dict.fromkeys(filter(None, terms))) or None


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for unfinished files, taken away at the end; what killed exports left is taken away a day later."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _GIVEN_UP_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=folder) as made:
        yield Path(made)


def _sync(path: Path) -> None:
    """On the disk before its name is, or a power cut could leave the name of an empty file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _csv(path: Path, _: _State | None) -> Iterator[_Write]:
    schema = pa.schema([(field.name, pa.string() if field.type in _CELLS else field.type) for field in SCHEMA])
    with pa_csv.CSVWriter(path, schema, write_options=pa_csv.WriteOptions(quoting_style="needed")) as writer:
        yield lambda _, batch: writer.write_batch(
            pa.record_batch([_CELLS.get(column.type, _same)(column) for column in batch.columns], schema=schema)
        )


@contextmanager
def _json_lines(path: Path, _: _State | None) -> Iterator[_Write]:
    with path.open("wb") as file:

        def write(columns: _Columns, _: pa.RecordBatch) -> None:
            given = {**columns, "rank_explain": [msgspec.Raw(text.encode()) for text in columns["rank_explain"]]}
            rows = zip(*given.values(), strict=True)
            file.write(_JSON.encode_lines([dict(zip(given, row, strict=True)) for row in rows]))

        yield write


@contextmanager
def _parquet(path: Path, state: _State | None) -> Iterator[_Write]:
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        yield lambda _, batch: writer.write_batch(batch)
        if state:
            writer.add_key_value_metadata({_STATE: msgspec.json.encode(state)})


def _same(column: pa.Array) -> pa.Array:
    return column


def _guarded(texts: pa.Array) -> pa.Array:
    """Texts that a spreadsheet does not take for formulas; https://owasp.org/www-community/attacks/CSV_Injection."""
    return pc.replace_substring_regex(texts, _FORMULA, r"'\0")


_FORMULA = r"\A[\s\p{Z}]*[=+\-@\t\r\n＝＋－＠]"

_CELLS: dict[pa.DataType, Callable[[pa.Array], pa.Array]] = {
    pa.string(): _guarded,
    _TEXTS: lambda lists: _guarded(pc.binary_join(lists, "; ")),
    _TIME: lambda times: pc.strftime(times.cast(pa.timestamp("s", "UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ"),
}
"""How a column's values are written in a CSV, where not as they are."""

_WRITERS: dict[str, Callable[[Path, _State | None], AbstractContextManager[_Write]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
"""Parquet last: it carries what the export was made of."""
