"""The same work done by dlt (https://dlthub.com), where it is installed: the extra `bench` has it.

Belongs here: dlt used as its documentation says. Its telemetry is off; nothing leaves the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from job_etl import jsontext
from job_etl.bench.figures import timed
from job_etl.landing import Landing

_SCHEMA = "bench_dlt"
_BATCH = 1_000


def is_installed() -> bool:
    """Whether dlt can be imported."""
    return find_spec("dlt") is not None


def load(url: str, landing: Landing, folder: str) -> tuple[int, float]:
    """How many payloads dlt appended to a table as JSON, and in how many seconds."""

    def payloads() -> Iterator[dict[str, Any]]:
        for file in landing.crawls():
            for line in landing.payload_lines(file):
                yield {"source": file.partition("/")[0], "payload": jsontext.decode(line)}

    return _run(url, folder, payloads(), "payloads", {"write_disposition": "append"}, {"payload": "json"})


def merge(connection: psycopg.Connection, url: str, folder: str) -> tuple[int, float]:
    """How many finished postings dlt merged into a table by their key, and in how many seconds."""

    def postings() -> Iterator[dict[str, Any]]:
        with (
            connection.transaction(),
            connection.cursor(name="finished", row_factory=dict_row) as cursor,
        ):
            cursor.execute("select * from staging.postings")
            while rows := cursor.fetchmany(_BATCH):
                yield from rows

    key = {"write_disposition": "merge", "primary_key": ["source", "source_job_id"]}
    lists = dict.fromkeys(("places", "provenance", "skills", "skills_raw", "remote_countries"), "json")
    return _run(url, folder, postings(), "postings", key, lists)


def _run(
    url: str, folder: str, rows: Iterator[dict[str, Any]], table: str, options: dict[str, Any], types: dict[str, str]
) -> tuple[int, float]:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt

    columns = {name: {"data_type": kind} for name, kind in types.items()}
    resource = dlt.resource(rows, name=table, columns=columns, max_table_nesting=0, **options)
    destination = dlt.destinations.postgres(_with_host(url))
    pipeline = dlt.pipeline(f"bench_{table}", destination=destination, dataset_name=_SCHEMA, pipelines_dir=folder)
    with timed() as watch:
        pipeline.run(resource)
    with psycopg.connect(url) as connection:
        found = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(_SCHEMA, table))).fetchone()
    return found[0] if found else 0, watch.seconds


def _with_host(url: str) -> str:
    """The URL with its host where dlt looks for it, also where that is the folder of a socket."""
    named = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    login, host = f"{quote(named['user'])}:{quote(named.get('password', ''))}", quote(named["host"], safe="")
    return f"postgresql://{login}@{host}:{named.get('port', '5432')}/{quote(named['dbname'])}"
