"""The functions that `sql/` declares, against references in Python."""

from __future__ import annotations

import hashlib
import math
import re
import sys
import unicodedata
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.connect import connect

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Unicode's property White_Space (PropList.txt). Python's `\\s` also has U+001C to U+001F, which are not in it."""

LOCALES = {
    "C": "locale 'C'",
    "builtin C": "locale_provider builtin builtin_locale 'C' locale 'C'",
    "builtin C.UTF-8": "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'",
    "builtin PG_UNICODE_FAST": "locale_provider builtin builtin_locale 'PG_UNICODE_FAST' locale 'C'",
    "system C.UTF-8": "locale 'C.UTF-8'",
    "system en_US.UTF-8": "locale 'en_US.UTF-8'",
    "system tr_TR.UTF-8": "locale 'tr_TR.UTF-8'",
    "ICU": "locale_provider icu icu_locale 'en-US' locale 'C'",
}


def lower(value: str) -> str:
    """Unicode's simple lower case: one character for one, and the same wherever it stands.

    Python's differs in two: İ becomes i and a combining dot there, and a Σ that ends a word becomes ς.
    """
    return "".join("i" if character == "İ" else character.lower() for character in value)


def hash_key(*values: str | None) -> str:
    """The rule of the key, said in Python."""
    cleaned = (re.sub(f"[{WHITE_SPACE}]+", " ", value or "").strip(" ") for value in values)
    return hashlib.md5("|".join(map(lower, cleaned)).encode()).hexdigest()


def assigned_characters() -> Iterator[str]:
    """Every character that this Python's Unicode has, but for surrogates and private ones."""
    return (c for c in map(chr, range(1, sys.maxunicode + 1)) if unicodedata.category(c) not in ("Cn", "Cs", "Co"))


texts = st.none() | st.text(
    st.sampled_from(f"{WHITE_SPACE}|Éß aZİΣσ-")
    | st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"),
    max_size=12,
)


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts, texts)
def test_the_key_is_what_the_rule_says(
    connection: psycopg.Connection, company: str | None, title: str | None, location: str | None
) -> None:
    found = connection.execute("select generate_hash_key(%s, %s, %s)", [company, title, location]).fetchone()
    assert found == (hash_key(company, title, location),)


def test_every_character_counts_as_the_rule_says_it_does(connection: psycopg.Connection) -> None:
    values = [f"{c}A{c}{c}" for c in assigned_characters()]
    found = connection.execute(
        "select value, generate_hash_key(value, null, 'Ж') from unnest(%s::text[]) as value", [values]
    ).fetchall()
    assert [value for value, key in found if key != hash_key(value, None, "Ж")] == []


def test_python_lowers_one_character_otherwise_than_the_key_does(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select value, lower(value collate pg_c_utf8) from unnest(%s::text[]) as value", [list(assigned_characters())]
    ).fetchall()
    assert [value for value, lowered in found if lowered != value.lower()] == ["İ"]


@pytest.mark.parametrize(
    ("given_values", "same_as"),
    [
        ((None, None, None), ("", "", "")),
        (
            ("  Northwind\u00a0GmbH ", "Data\t\tEngineer\u2028", "\u3000Zürich"),
            ("northwind gmbh", "data engineer", "zürich"),
        ),
        (("ÉLAN", "ΣΑΣ", "İzmir"), ("élan", "σασ", "izmir")),
        ((" \t\u2003", "\n", ""), (None, None, None)),
    ],
)
def test_spelling_that_means_nothing_does_not_change_the_key(
    connection: psycopg.Connection, given_values: tuple[str | None, ...], same_as: tuple[str | None, ...]
) -> None:
    query = "select generate_hash_key(%s, %s, %s) = generate_hash_key(%s, %s, %s)"
    assert connection.execute(query, [*given_values, *same_as]).fetchone() == (True,)


def test_a_zero_width_character_is_no_white_space(connection: psycopg.Connection) -> None:
    assert connection.execute("select collapse_white_space(e' a\\u200b ')").fetchone() == ("a\u200b",)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_key_is_the_same_whatever_the_locale_of_the_database(server_url: str, locale: str) -> None:
    name = sql.Identifier(f"test_{uuid4().hex}")
    with psycopg.connect(server_url, autocommit=True) as server:
        try:
            server.execute(
                sql.SQL(f"create database {{}} template template0 encoding 'UTF8' {LOCALES[locale]}").format(name)
            )
        except psycopg.Error as error:
            pytest.skip(f"this server has no such locale: {error.diag.message_primary}")
        try:
            url = psycopg.conninfo.make_conninfo(server_url, dbname=name.as_string().strip('"'))
            bootstrap(url)
            values = [" ÉLAN\u00a0 Σ", "IİıI", "ǅ\u3000Straße"]
            with connect(url) as connection:
                assert connection.execute("select generate_hash_key(%s, %s, %s)", values).fetchone() == (
                    hash_key(*values),
                )
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(name))


def test_the_key_does_not_depend_on_the_search_path(connection: psycopg.Connection) -> None:
    before = connection.execute("select generate_hash_key('A', 'B', 'C')").fetchone()
    connection.execute("create schema other")
    for function in ("md5", "lower", "btrim", "collapse_white_space"):
        connection.execute(f"create function other.{function}(text) returns text language sql return 'other'")
    connection.execute("set search_path to other, pg_catalog")
    assert connection.execute("select public.generate_hash_key('A', 'B', 'C')").fetchone() == before


def test_the_key_can_be_indexed_and_computed_in_parallel(connection: psycopg.Connection) -> None:
    query = "select provolatile, proparallel, prosqlbody is not null from pg_proc where proname = 'generate_hash_key'"
    assert connection.execute(query).fetchone() == ("i", "s", True)
    connection.execute("create index on staging.job_postings_stg (generate_hash_key(company, job_title, location))")


@pytest.mark.parametrize(
    ("point_a", "point_b", "kilometres"),
    [
        ((43.6532, -79.3832), (43.6532, -79.3832), 0.0),
        ((43.6532, -79.3832), (45.5019, -73.5674), 504.3),  # Toronto, Montreal
        ((0.0, 179.5), (0.0, -179.5), 111.2),  # a degree at the equator, over the date line
        ((90.0, 0.0), (-90.0, 0.0), math.pi * 6371.0088),
    ],
)
def test_distances_are_along_the_great_circle(
    connection: psycopg.Connection, point_a: tuple[float, float], point_b: tuple[float, float], kilometres: float
) -> None:
    (found,) = connection.execute("select distance_km(%s, %s, %s, %s)", [*point_a, *point_b]).fetchone() or ()
    assert found == pytest.approx(kilometres, abs=0.5)
