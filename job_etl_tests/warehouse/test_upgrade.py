"""Upgrading a database with a year of data in it: nothing that was there changes, and the pipeline goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic import command
from psycopg import sql

from job_etl import jsontext
from job_etl.landing import Landing
from job_etl.model import Board
from job_etl.sample import land_sample
from job_etl.warehouse.bootstrap import bootstrap, revisions
from job_etl.warehouse.catalogue import differences
from job_etl.warehouse.connect import connect
from job_etl_tests.warehouse.boards import bring_in, tables

MONTHS = 12

COLUMNS = """
select format('%s.%s', table_schema, table_name), array_agg(column_name::text order by ordinal_position)
from information_schema.columns
inner join information_schema.tables using (table_catalog, table_schema, table_name)
where table_schema in ('raw', 'staging', 'marts', 'ops') and table_type = 'BASE TABLE' and is_generated = 'NEVER'
  and table_name <> 'schema_version'
group by table_schema, table_name
"""


def _land_months(landing: Landing, sample: Landing, months: range) -> None:
    """Land the sample's crawls again, so many months later."""
    for month in months:
        for file in list(sample.crawls()):
            facts = sample.facts(file)
            board = Board(facts.source, facts.board, facts.company, facts.params)
            with landing.write(board, collected_at=facts.collected_at + month * timedelta(days=30)) as crawl:
                for line in sample.payload_lines(file):
                    crawl.add(jsontext.decode(line))
                crawl.finish(facts.outcome, facts.reason)


@pytest.fixture
def first_revision_url(empty_database_url: str) -> str:
    """A database as the first revision alone sets it up."""
    upgrade = command.upgrade
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: upgrade(config, revisions()[0]))
        bootstrap(empty_database_url)
    return empty_database_url


def _rows(connection: psycopg.Connection, columns: dict[str, list[str]]) -> dict[str, str]:
    """A checksum of each table in these columns."""
    query = (
        "select count(*) || ' ' || coalesce(sum(hashtextextended(rows::text, 0)), 0) from (select {} from {}) as rows"
    )
    found = {}
    for table, names in columns.items():
        asked = sql.SQL(query).format(_identifiers(names), sql.Identifier(*table.split(".")))
        (found[table],) = connection.execute(asked).fetchone() or ("",)
    return found


def _identifiers(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _copy(source: psycopg.Connection, target: psycopg.Connection, columns: dict[str, list[str]]) -> None:
    """Copy these tables' rows, in whatever order, as a dump of the data is restored."""
    with target.transaction():
        target.execute("set local session_replication_role to replica")
        for table, names in columns.items():
            what = sql.SQL("{} ({})").format(sql.Identifier(*table.split(".")), _identifiers(names))
            target.execute(sql.SQL("delete from {}").format(sql.Identifier(*table.split("."))))
            with (
                source.cursor().copy(sql.SQL("copy {} to stdout").format(what)) as there,
                target.cursor().copy(sql.SQL("copy {} from stdin").format(what)) as here,
            ):
                for part in there:
                    here.write(part)
        used = "select format('%I.%I', schemaname, sequencename), last_value from pg_sequences where last_value > 0"
        for sequence, value in source.execute(used).fetchall():
            target.execute("select setval(%s, %s)", [sequence, value])


def test_a_year_of_data_is_upgraded_unchanged_and_the_next_crawls_come_in_as_ever(
    database_url: str, first_revision_url: str, tmp_path: Path
) -> None:
    sample, year = Landing(str(tmp_path / "sample")), Landing(str(tmp_path / "year"))
    land_sample(sample)
    _land_months(year, sample, range(MONTHS))
    with connect(database_url) as current, connect(first_revision_url) as old:
        bring_in(current, year)
        current.execute("insert into marts.dim_companies (company, company_key) values ('Ærø & Søn', 'ærø søn')")
        columns: dict[str, list[str]] = dict(old.execute(COLUMNS).fetchall())
        _copy(current, old, columns)
        before = _rows(old, columns)
    assert bootstrap(first_revision_url).revisions == revisions()[1:]
    assert differences(first_revision_url) == []
    with connect(database_url) as current, connect(first_revision_url) as upgraded:
        assert _rows(upgraded, columns) == before
        assert int(before["staging.posting_changes"].split()[0]) > 1000
        _land_months(year, sample, range(MONTHS, MONTHS + 1))
        for connection in (current, upgraded):
            bring_in(connection, year)
        assert tables(upgraded) == tables(current)
    assert bootstrap(first_revision_url).revisions == []
