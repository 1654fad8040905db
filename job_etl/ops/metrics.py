"""Prometheus' metrics of the platform: what its tables say, in the text format, asked for anew at each scrape.

The format is Prometheus' (prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4). All are gauges: the
tables are the state of things, not counts of this process.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path

from job_etl.errors import JobEtlError
from job_etl.warehouse.connect import connect, database_url

_HELP = {
    "job_etl_jobs": "Jobs by source and state",
    "job_etl_crawls": "Crawls of the last 24 hours by source and outcome",
    "job_etl_last_good_crawl_timestamp_seconds": "When a source was last read in full",
    "job_etl_rejects": "Payloads that could not be read",
    "job_etl_crawls_to_stage": "Loaded crawls whose postings are not up to date yet",
    "job_etl_stage_seconds": "How long the stage took in its last run",
    "job_etl_stage_succeeded": "Whether the stage's last run succeeded",
    "job_etl_stage_began_timestamp_seconds": "When the stage's last run began",
    "job_etl_stage_rows_in": "Rows that the stage's last run read",
    "job_etl_stage_rows_new": "New rows in the stage's last run",
    "job_etl_stage_rows_changed": "Changed rows in the stage's last run",
    "job_etl_stage_rows_rejected": "Rejected rows in the stage's last run",
    "job_etl_stage_bytes": "Bytes received in the stage's last run",
    "job_etl_database_bytes": "The size of the database",
    "job_etl_up": "Whether the database answered",
}

NAMES = frozenset(_HELP)
"""The metrics that there are."""


def exposition(url: str) -> str:
    """All metrics as text; where the database does not answer, only that."""
    query = Path(__file__).parent.joinpath("sql", "metrics.sql").read_text(encoding="utf-8")
    try:
        with connect(url, application_name="job-etl metrics") as connection:
            samples = connection.execute(query).fetchall()
    except JobEtlError:
        return _family("job_etl_up", [("{}", 0.0)])
    parts = [_family("job_etl_up", [("{}", 1.0)])]
    for name, family in groupby(samples, key=lambda sample: sample[0]):
        parts.append(_family(name, [(_labels(labels), value) for _, labels, value in family]))
    return "".join(parts)


def server(host: str, port: int, url: Callable[[], str] = database_url) -> ThreadingHTTPServer:
    """A web server that answers `/metrics`, not yet serving."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = exposition(url()).encode() if found else b"see /metrics\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a scrape every few seconds is no event."""

    return ThreadingHTTPServer((host, port), Handler)


def _family(name: str, samples: list[tuple[str, float]]) -> str:
    head = f"# HELP {name} {_HELP[name]}\n# TYPE {name} gauge\n"
    return head + "".join(f"{name}{labels.replace('{}', '')} {value!r}\n" for labels, value in samples)


def _labels(labels: dict[str, str]) -> str:
    # A JSON string escapes what the format wants escaped (\, " and line ends), and the same way.
    pairs = (f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(labels.items()))
    return "{" + ",".join(pairs) + "}"
