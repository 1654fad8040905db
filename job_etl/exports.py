"""Files for people without the database: the ranked list as Parquet, CSV and JSON Lines.

Belongs here: the formats, and that each file is there whole or not at all. What is ranked, and how, is in `ranking`.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from job_etl.errors import PermanentError
from job_etl.ranking import Ranked, ranked_jobs
from job_etl.sources import SOURCES

_BATCH = 2_000
"""Jobs held at a time; also the rows of a Parquet row group."""

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

_Rows = list[dict[str, Any]]
_Write = Callable[[_Rows], None]


def export_ranked_jobs(connection: psycopg.Connection, folder: Path) -> list[Path]:
    """Write the jobs that are open and not excluded, best first, to `ranked_jobs.parquet`, `.csv` and `.jsonl`.

    The three hold the same rows. Each takes its name when all are complete, so that a reader finds the last export or
    this one.

    Raises:
        PermanentError: the folder cannot be written to.
    """
    files = {folder / f"ranked_jobs{suffix}": writer for suffix, writer in _WRITERS.items()}
    unfinished = {file: file.with_name(f".{file.name}.{os.getpid()}") for file in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for part in unfinished.values():
                stack.callback(part.unlink, missing_ok=True)
            with ExitStack() as opened:
                writes = [opened.enter_context(writer(unfinished[file])) for file, writer in files.items()]
                for rows in _batches(ranked_jobs(connection, batch=_BATCH)):
                    for write in writes:
                        write(rows)
            for part in unfinished.values():
                _sync(part)
            for file, part in unfinished.items():
                part.replace(file)
    except OSError as error:
        raise PermanentError(f"cannot write the exports to {folder}: {error.strerror or error}") from error
    return list(files)


def _sync(path: Path) -> None:
    """On the disk before its name is, or a power cut could leave the name of an empty file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _batches(jobs: Iterator[Ranked]) -> Iterator[_Rows]:
    while rows := [_row(job) for job in islice(jobs, _BATCH)]:
        yield rows


def _row(job: Ranked) -> dict[str, Any]:
    derived = {
        "reasons": job.reasons,
        "attribution": _attribution(job.sources),
    }
    return {name: derived[name] if name in derived else getattr(job, name) for name in SCHEMA.names}


def _attribution(sources: list[str]) -> str | None:
    terms = [SOURCES[source].terms.attribution for source in sources if source in SOURCES]
    return "; ".join(dict.fromkeys(filter(None, terms))) or None


@contextmanager
def _parquet(path: Path) -> Iterator[_Write]:
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        yield lambda rows: writer.write_table(
            pa.Table.from_pylist([{**row, "rank_explain": _json(row["rank_explain"])} for row in rows], SCHEMA)
        )


@contextmanager
def _csv(path: Path) -> Iterator[_Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(SCHEMA.names)
        yield lambda rows: writer.writerows([_cell(value) for value in row.values()] for row in rows)


@contextmanager
def _json_lines(path: Path) -> Iterator[_Write]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield lambda rows: file.writelines(_json(row) + "\n" for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, dict):
        value = _json(value)
    if isinstance(value, datetime):
        return value.isoformat()
    # A spreadsheet takes what begins so for a formula and runs it; https://owasp.org/www-community/attacks/CSV_Injection
    if isinstance(value, str) and value.lstrip()[:1] in tuple("=+-@\t\r\n＝＋－＠"):
        return f"'{value}"
    return value


def _json(value: Any) -> str:
    return json.dumps(
        value,
        ensure_ascii=False,
        default=lambda other: other.isoformat() if isinstance(other, datetime) else float(other),
    )


_WRITERS: dict[str, Callable[[Path], AbstractContextManager[_Write]]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _json_lines,
}
