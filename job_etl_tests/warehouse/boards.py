"""Boards to land in tests: invented Greenhouse postings by id, title and body, and what the tables then hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, Outcome
from job_etl.sources import SOURCES
from job_etl.warehouse.raw import FailedLoad, LoadedCrawl, load_crawls
from job_etl.warehouse.staging import Staged, stage_crawls

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)


def day(number: float) -> datetime:
    """A day, counted from a Monday."""
    return MONDAY + timedelta(days=number)


def posting(identity: object, title: str = "Data Engineer", **fields: Any) -> dict[str, Any]:
    """A Greenhouse payload of an invented company."""
    return {
        "id": identity,
        "title": title,
        "company_name": "Northwind Analytics",
        "location": {"name": "Lisbon, Portugal"},
        "absolute_url": f"https://job-boards.greenhouse.io/northwind/jobs/{identity}",
        "first_published": "2026-02-20T09:00:00-05:00",
        **fields,
    }


def land(
    landing: Landing,
    when: datetime,
    payloads: Iterable[Any] = (),
    *,
    outcome: Outcome = Outcome.COMPLETE,
    board: str = "northwind",
    source: str = "greenhouse",
) -> CrawlFacts:
    """Land one crawl."""
    with landing.write(Board(source, board), collected_at=when) as crawl:
        for payload in payloads:
            crawl.add(payload)
        return crawl.finish(outcome)


def load(connection: psycopg.Connection, landing: Landing) -> tuple[list[LoadedCrawl], list[FailedLoad]]:
    """Load what is landed."""
    return load_crawls(connection, landing, SOURCES)


def bring_in(connection: psycopg.Connection, landing: Landing, **options: Any) -> Staged:
    """Load what is landed and bring it into staging; nothing may fail to load."""
    _, failed = load(connection, landing)
    assert not failed
    return stage_crawls(connection, SOURCES, **options)


def lives(connection: psycopg.Connection) -> Mapping[str, tuple[datetime, datetime, datetime | None]]:
    """First seen, last seen and closed of every posting."""
    rows = connection.execute("select source_job_id, first_seen_at, last_seen_at, closed_at from staging.postings")
    return {identity: (first, last, closed) for identity, first, last, closed in rows}


def events(connection: psycopg.Connection) -> list[tuple[str, datetime, str, str]]:
    """Every event of every posting: identity, when, kind, field."""
    return connection.execute(
        "select source_job_id, changed_at, kind, field from staging.posting_changes order by 1, 2, 3, 4"
    ).fetchall()


def tables(connection: psycopg.Connection) -> dict[str, list[Any]]:
    """What staging and raw say, without surrogate ids and load times."""
    queries = {
        "postings": "select to_jsonb(p) - 'raw_id' from staging.postings p order by source, source_job_id",
        "changes": "select to_jsonb(c) - 'crawl_id' from staging.posting_changes c"
        " order by source, source_job_id, changed_at, kind, field",
        "jobs": "select to_jsonb(j) from staging.job_postings_stg j order by hash_key",
        "rejects": "select source, board, line, source_job_id, rejects.reason, content from raw.rejects"
        " join raw.crawls using (crawl_id, source, board) order by crawl_key, line",
        "crawls": "select to_jsonb(c) - array['crawl_id', 'loaded_at', 'staged_at'] from raw.crawls c"
        " order by crawl_key",
        "sightings": "select crawl_key, p.source_job_id, p.payload_hash"
        " from raw.sightings s join raw.crawls using (crawl_id)"
        " join raw.job_postings_raw p using (raw_id) order by 1, 2, 3",
    }
    return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def row_versions(connection: psycopg.Connection) -> dict[str, int]:
    """Row versions written in each table since the database was made, as Postgres counts them."""
    connection.execute("select pg_stat_force_next_flush()")
    return dict(
        connection.execute(
            "select schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables"
            " where schemaname in ('raw', 'staging', 'marts', 'ops')"
        ).fetchall()
    )
