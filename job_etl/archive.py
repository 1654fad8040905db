"""The archive: what closed long ago, as Parquet files on the landing storage, and questions to them in SQL.

A posting leaves as a whole, with its payloads, its sightings and its history, so that the life of every other posting
can still be told again from the database alone. Its row in `staging.postings` and its job stay, as it was last read.

Belongs here: the files, and that what leaves the database is in them. Which postings may leave stands in
`warehouse/sql/archive/`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import fsspec
import msgspec
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from job_etl import paths
from job_etl.errors import ConfigError, PermanentError, TransientError
from job_etl.warehouse.connect import load_sql
from job_etl.warehouse.staging import alone

PART_POSTINGS = 10_000
"""Postings whose rows make a file of each table, and a transaction."""

_BATCH = 1_000
_AGE = re.compile(r"(\d+)([dwy])")
_DAYS = {"d": 1, "w": 7, "y": 365}
_TIME = pa.timestamp("us", tz="UTC")

SCHEMAS = {
    "payloads": pa.schema(
        {
            "crawl_key": pa.string(),
            "line": pa.int64(),
            "board": pa.string(),
            "source_job_id": pa.string(),
            "collected_at": _TIME,
            "payload_hash": pa.string(),
            "payload": pa.string(),
        }
    ),
    "sightings": pa.schema(
        {
            "crawl_key": pa.string(),
            "board": pa.string(),
            "source_job_id": pa.string(),
            "seen_at": _TIME,
            "payload_crawl_key": pa.string(),
            "payload_line": pa.int64(),
        }
    ),
    "changes": pa.schema(
        {
            "source_job_id": pa.string(),
            "changed_at": _TIME,
            "kind": pa.string(),
            "field": pa.string(),
            "old_value": pa.string(),
            "new_value": pa.string(),
            "crawl_key": pa.string(),
        }
    ),
}
"""The tables of the archive and the columns of their files: no surrogate keys, so that they outlive a database.

Files lie in `<table>/source=<source>/month=<YYYY-MM of closing>/`, and both are columns when they are asked.
`payload`, `old_value` and `new_value` are JSON text; a crawl's key and a line name a payload.
"""

_KEYS = {
    "payloads": ("source", "month", "crawl_key", "line"),
    "sightings": ("source", "month", "crawl_key", "payload_crawl_key", "payload_line"),
    "changes": ("source", "month", "source_job_id", "changed_at", "kind", "field"),
}


@dataclass(slots=True)
class Archived:
    """How many postings left and their rows of each table, in how many files of how many bytes.

    `postponed` parts were left alone, as a crawl saw one of their postings again meanwhile.
    """

    postings: int = 0
    payloads: int = 0
    sightings: int = 0
    changes: int = 0
    files: int = 0
    bytes: int = 0
    postponed: int = 0


def archive_url() -> str:
    """Where it lies: `JOB_ETL_ARCHIVE_URL` (a path, `s3://…`, `gs://…`), else `.archive` in the landing zone."""
    return os.environ.get("JOB_ETL_ARCHIVE_URL") or f"{paths.landing_url().rstrip('/')}/.archive"


def closed_before(age: str, now: datetime | None = None) -> datetime:
    """The time before which a posting has to have closed to be of an age such as `365d`, `52w` or `1y`.

    It is the beginning of a month, so that each month leaves once and whole.

    Raises:
        ConfigError: that is no age.
    """
    match = _AGE.fullmatch(age)
    if match is None:
        raise ConfigError(f"{age!r} is no age: say 365d, 52w or 1y")
    then = (now or datetime.now(UTC)) - timedelta(days=int(match[1]) * _DAYS[match[2]])
    return then.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def archive(
    connection: psycopg.Connection,
    url: str,
    before: datetime,
    *,
    dry_run: bool = False,
    part_postings: int = PART_POSTINGS,
) -> Archived:
    """Move what is known of the postings that closed before a time from the database to the archive at `url`.

    Files are written and read again before their rows are deleted, a transaction a part. Safe to kill and to repeat:
    the same rows make the same file. A `dry_run` only counts.

    Raises:
        PermanentError: the archive cannot be written, or a file does not hold what was written to it.
        TransientError: the database is away, or a load is under way that takes longer than a minute.
    """
    archived = Archived()
    with alone(connection):
        chosen = {"before": before, "part": part_postings}
        with connection.transaction():
            for statement in ("create_leaving", "choose_postings", "choose_payloads", "choose_sightings"):
                given = chosen if statement == "choose_postings" else None
                connection.execute(load_sql(f"archive/{statement}.sql"), given)
            connection.execute(load_sql("archive/index_leaving.sql"))
        if dry_run:
            counts = connection.execute(load_sql("archive/count_leaving.sql")).fetchone() or ()
            return Archived(*counts)
        store = _Store(url)
        store.remove_unfinished()
        parts = connection.execute("select distinct source, month, part from leaving order by source, month, part")
        for source, month, part in parts.fetchall():
            _archive_part(connection, store, {"source": source, "month": month, "part": part}, archived)
    return archived


def _archive_part(connection: psycopg.Connection, store: _Store, part: dict[str, Any], archived: Archived) -> None:
    rows: dict[str, int] = {}
    with connection.transaction(), connection.cursor() as cursor:
        for table in SCHEMAS:
            folder = f"{table}/source={part['source']}/month={part['month']}"
            with connection.cursor(name=f"leaving_{table}") as leaving:
                leaving.itersize = _BATCH
                leaving.execute(load_sql(f"archive/{table}.sql"), part)
                rows[table], size = store.write(folder, SCHEMAS[table], leaving)
            archived.bytes += size
            archived.files += 1
        # No load is half done from here on, and none begins: what it found is still there when it says so.
        cursor.execute("lock table raw.job_postings_raw in access exclusive mode")
        if cursor.execute(load_sql("archive/is_seen_again.sql"), part).fetchone() is not None:
            archived.postponed += 1
            return
        deleted = {
            "sightings": cursor.execute(load_sql("archive/delete_sightings.sql"), part).rowcount,
            "changes": cursor.execute(load_sql("archive/delete_changes.sql"), part).rowcount,
            "payloads": (cursor.execute(load_sql("archive/delete_payloads.sql"), part).fetchone() or (0,))[0],
        }
        if deleted != rows:
            raise TransientError(f"archive: {part['source']} {part['month']} changed meanwhile; run it again")
        archived.postings += cursor.execute(load_sql("archive/note_postings.sql"), part).rowcount
    for table, count in rows.items():
        setattr(archived, table, getattr(archived, table) + count)


class _Store:
    """The archive's files, at a path or fsspec URL."""

    def __init__(self, url: str) -> None:
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise PermanentError(f"the archive {url} needs an extra: {error}") from error
        self._url = url

    def write(self, folder: str, schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> tuple[int, int]:
        """Write rows to a file of a folder, named by their digest, and read it again; returns rows and bytes.

        Raises:
            PermanentError: it cannot be written, or holds something else afterwards.
        """
        folder = f"{self._root}/{folder}"
        unfinished = f"{folder}/.{os.getpid()}.unfinished"
        written = _Digest()
        try:
            self._fs.makedirs(folder, exist_ok=True)
            with self._opened(unfinished, "wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
                for batch in _batches(rows):
                    writer.write_table(pa.table(dict(zip(schema.names, zip(*batch, strict=True), strict=True)), schema))
                    written.add(batch)
            with self._opened(unfinished, "rb") as file:
                stored = _Digest()
                for batch in pq.ParquetFile(file).iter_batches(_BATCH):
                    stored.add([list(row.values()) for row in batch.to_pylist()])
            if stored.value() != written.value():
                raise PermanentError(f"the archive {self._url} did not keep what was written to {folder}")
            size = int(self._fs.size(unfinished))
            self._fs.mv(unfinished, f"{folder}/{written.value()}.parquet")
        except OSError as error:
            raise PermanentError(f"cannot write the archive {self._url}: {error.strerror or error}") from error
        return written.rows, size

    def remove_unfinished(self) -> None:
        """Remove what killed runs left behind."""
        for file in self._fs.glob(f"{self._root}/*/*/*/.*.unfinished"):
            self._fs.rm_file(file)

    @contextmanager
    def _opened(self, path: str, mode: str) -> Iterator[IO[bytes]]:
        with self._fs.open(path, mode) as file:
            yield file
            if mode == "wb":
                file.flush()
                with suppress(OSError, AttributeError):  # an object store: what is closed is durable there
                    os.fsync(file.fileno())


class _Digest:
    """What tells rows from others, in their order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.rows = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            self._sha256.update(msgspec.json.encode(list(row)))
        self.rows += len(rows)

    def value(self) -> str:
        return self._sha256.hexdigest()[:32]


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def query(url: str, statement: str) -> pa.Table:
    """The answer of DuckDB to a query over the tables `payloads`, `sightings` and `changes` of the archive at `url`.

    Each row is there once, also where a rebuilt database was archived again.

    Raises:
        PermanentError: DuckDB is not installed, nothing is archived, or DuckDB refuses the query, with its words.
    """
    try:
        import duckdb
    except ImportError as error:
        raise PermanentError("the archive is asked with DuckDB: install job-etl with the extra archive") from error
    fs, root = fsspec.core.url_to_fs(url)
    if not fs.glob(f"{root}/payloads/*/*/*.parquet"):
        raise PermanentError(f"nothing is archived in {url}")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        if "file" not in fs.protocol:
            connection.register_filesystem(fs)
            root = fs.unstrip_protocol(root)
        for table, keys in _KEYS.items():
            files = f"{root}/{table}/*/*/*.parquet".replace("'", "''")
            options = "hive_partitioning = true, hive_types = {source: varchar, month: varchar}"
            connection.execute(
                f"create view {table} as"
                f" select distinct on ({', '.join(keys)}) * from read_parquet('{files}', {options})"
            )
        try:
            return connection.execute(statement).to_arrow_table()
        except duckdb.Error as error:
            raise PermanentError(f"DuckDB: {next(iter(str(error).splitlines()))}") from error
