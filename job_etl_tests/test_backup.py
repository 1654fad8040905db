"""Backups: what is restored is what was backed up, and what is damaged or in the way is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from job_etl.errors import PermanentError
from job_etl.landing import Landing
from job_etl.ops import schema
from job_etl.ops.backup import Store, back_up, restore
from job_etl.sample import land_sample
from job_etl.sources import SOURCES
from job_etl.warehouse.bootstrap import revisions
from job_etl.warehouse.catalogue import differences
from job_etl.warehouse.connect import connect
from job_etl.warehouse.raw import load_crawls
from job_etl.warehouse.staging import stage_crawls

TABLES = ("raw.crawls", "raw.job_postings_raw", "staging.postings", "staging.job_postings_stg", "marts.dim_companies")


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    landing = Landing(str(tmp_path / "landing"))
    land_sample(landing)
    return landing


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "backups"))


@pytest.fixture
def filled_url(database_url: str, landing: Landing) -> str:
    """A database with the sample in raw and staging, and a company in the marts."""
    with connect(database_url) as connection:
        load_crawls(connection, landing, SOURCES)
        stage_crawls(connection, SOURCES)
        connection.execute("insert into marts.dim_companies (company, company_key) values ('Ærø & Søn', 'ærø søn')")
    return database_url


def _content(url: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(
                sql.SQL("select * from {} order by 1, 2").format(sql.Identifier(*name.split(".")))
            ).fetchall()
            for name in TABLES
        }


def test_another_database_gets_back_exactly_what_was_backed_up(
    filled_url: str, empty_database_url: str, store: Store, landing: Landing
) -> None:
    name = back_up(filled_url, store, landing)
    restored = restore(empty_database_url, store, name, landing)
    assert _content(empty_database_url) == _content(filled_url)
    assert differences(empty_database_url) == []
    assert restored.rows > 1000
    assert restored.missing == []
    with connect(empty_database_url) as connection:  # the sequences go on where they were
        new = "insert into marts.dim_companies (company, company_key) values ('x', 'x') returning company_id"
        assert connection.execute(new).fetchone() == (2,)


def test_the_pipelines_own_account_can_back_up(
    user_database_url: str, filled_url: str, store: Store, landing: Landing
) -> None:
    assert store.manifest(back_up(user_database_url, store, landing)).tables["raw.crawls"].rows > 0


def test_data_is_replaced_only_when_that_is_said(filled_url: str, store: Store, landing: Landing) -> None:
    name = back_up(filled_url, store, landing)
    before = _content(filled_url)
    with connect(filled_url) as connection:
        connection.execute("delete from marts.dim_companies; update staging.postings set title = 'spoiled'")
    with pytest.raises(PermanentError, match="--replace"):
        restore(filled_url, store, name, landing)
    restore(filled_url, store, name, landing, replace=True)
    assert _content(filled_url) == before


def test_a_damaged_dump_is_told_before_anything_is_dropped(
    filled_url: str, store: Store, landing: Landing, tmp_path: Path
) -> None:
    name = back_up(filled_url, store, landing)
    dump = tmp_path / "backups" / name / "warehouse.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    before = _content(filled_url)
    with pytest.raises(PermanentError, match="damaged"):
        restore(filled_url, store, name, landing, replace=True)
    assert _content(filled_url) == before


def test_a_table_that_came_back_other_than_it_was_is_told(
    filled_url: str, empty_database_url: str, store: Store, landing: Landing, tmp_path: Path
) -> None:
    name = back_up(filled_url, store, landing)
    manifest = tmp_path / "backups" / name / "manifest.json"
    rows = store.manifest(name).tables["staging.postings"].rows
    manifest.write_text(manifest.read_text().replace(f'"rows": {rows},', f'"rows": {rows + 1},'))
    with pytest.raises(PermanentError, match=r"staging\.postings"):
        restore(empty_database_url, store, name, landing)


def test_crawls_that_the_landing_zone_lost_are_named(
    filled_url: str, empty_database_url: str, store: Store, landing: Landing, tmp_path: Path
) -> None:
    name = back_up(filled_url, store, landing)
    lost = next(iter(landing.crawls()))
    (tmp_path / "landing" / lost).unlink()
    assert restore(empty_database_url, store, name, landing).missing == [lost.removesuffix(".jsonl.zst")]


def test_only_the_newest_are_kept_and_remains_of_killed_backups_go(
    database_url: str, store: Store, landing: Landing, tmp_path: Path
) -> None:
    began = datetime(2025, 3, 1, tzinfo=UTC)
    names = [back_up(database_url, store, landing, now=lambda day=day: began + timedelta(day)) for day in range(4)]
    (tmp_path / "backups" / "20250228T000000Z").mkdir()
    assert store.keep(2) == ["20250228T000000Z", *names[:2]]
    assert store.names() == [names[3], names[2]]


def test_a_place_that_cannot_be_written_is_one_line(database_url: str, landing: Landing, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError, match="cannot write the backup") as caught:
        back_up(database_url, Store(str(tmp_path / "file" / "below")), landing)
    assert "\n" not in str(caught.value)


def test_an_empty_database_has_nothing_to_back_up(empty_database_url: str, store: Store, landing: Landing) -> None:
    with pytest.raises(PermanentError, match="nothing to back up"):
        back_up(empty_database_url, store, landing)
    assert store.names() == []


def test_only_the_owner_may_drop_the_schema(user_database_url: str) -> None:
    with pytest.raises(PermanentError, match="owner"):
        schema.drop(user_database_url)


def test_a_backup_says_which_revision_it_is_of(database_url: str, store: Store, landing: Landing) -> None:
    assert store.manifest(back_up(database_url, store, landing)).schema_version == revisions()[-1]
