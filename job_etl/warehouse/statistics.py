"""The planner's statistics of tables that grow faster than the server looks.

Belongs here: when they are made anew. Autovacuum does so once a minute at the most, by which time a first load has
brought in a hundred thousand postings, each batch of them planned for tables that are empty.
"""

from __future__ import annotations

import psycopg

from job_etl.warehouse.connect import load_sql

_JOINED_BY = {
    "raw.crawls": "crawl_id, source, board, collected_at",
    "raw.sightings": "crawl_id, raw_id",
    "raw.job_postings_raw": "raw_id, source, source_job_id, board, payload_hash, collected_at",
    "raw.rejects": "raw_id, source, board, normalizer_version",
    "staging.postings": "source, source_job_id, board, raw_id, hash_key, closed_at, normalizer_version",
    "staging.job_postings_stg": "hash_key, source, closed_at, last_seen_at",
}
"""The columns that statements join and choose by; those of the wide ones would take longer than they save."""


def analyze_grown(connection: psycopg.Connection) -> None:
    """Make the statistics of every table anew that has doubled since they were made."""
    with connection.transaction(), connection.cursor() as cursor:
        grown = cursor.execute(load_sql("grown_tables.sql"), {"tables": list(_JOINED_BY)}).fetchall()
        for (table,) in grown:
            cursor.execute(f"analyze {table} ({_JOINED_BY[table]})")
