"""What a stage is measured against: the same rows brought into a like table in the plainest way.

Belongs here: other ways to write the same rows. They take what the real stage made, so that they need not make it.
"""

from __future__ import annotations

import tempfile
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects.postgresql import insert

from job_etl.bench.figures import Stopwatch, timed


def copy_again(connection: psycopg.Connection, schema: str, table: str) -> Stopwatch:
    """The time that a bare COPY takes to write a table's rows to one with the same columns, indexes and storage."""
    names = connection.execute(
        "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns"
        " where table_schema = %s and table_name = %s and is_generated = 'NEVER'",
        [schema, table],
    ).fetchone()
    columns = sql.SQL(names[0] if names else "")
    original = sql.Identifier(schema, table)
    like = sql.Identifier(schema, f"bench_{table}")
    with tempfile.TemporaryFile() as file:
        with connection.cursor() as cursor:
            query = sql.SQL("copy (select {} from {}) to stdout (format binary)").format(columns, original)
            with cursor.copy(query) as copy:
                for block in copy:
                    file.write(block)
        file.seek(0)
        connection.execute(sql.SQL("create table {} (like {} including all)").format(like, original))
        try:
            statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(like, columns)
            with timed(connection) as watch, connection.cursor() as cursor, cursor.copy(statement) as copy:
                while block := file.read(1 << 18):
                    copy.write(block)
        finally:
            connection.execute(sql.SQL("drop table {}").format(like))
    return watch


def upsert_row_by_row(url: str, rows: int) -> tuple[int, float]:
    """How many finished postings SQLAlchemy upserted one by one, and in how many seconds; mapping not included."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        postings = sa.Table("postings", sa.MetaData(), schema="staging", autoload_with=connection)
        found: list[dict[str, Any]] = [
            dict(row)
            for row in connection.execute(
                sa.select(*(column for column in postings.columns if column.computed is None)).limit(rows)
            ).mappings()
        ]
        connection.rollback()
        connection.execute(sa.text("create table staging.bench_postings (like staging.postings including all)"))
        target = sa.Table("bench_postings", sa.MetaData(), schema="staging", autoload_with=connection)
        with timed() as watch:
            for row in found:
                statement = insert(target).values(row)
                key = ["source", "source_job_id"]
                changed = {name: statement.excluded[name] for name in row if name not in key}
                connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))
        connection.rollback()  # and the table with it
    engine.dispose()
    return len(found), watch.seconds
