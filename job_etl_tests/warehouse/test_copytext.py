from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job_etl.model import RemoteType
from job_etl.warehouse import copytext

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))


def _copied(connection: psycopg.Connection, kind: str, values: list[Any]) -> list[Any]:
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute(f"create temporary table copied (number integer, value {kind})")
        with cursor.copy("copy copied from stdin") as copy:
            copy.write("".join(copytext.row([number, value]) for number, value in enumerate(values)))
        return [value for (value,) in cursor.execute("select value from copied order by number")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.none() | TEXT))
def test_text_comes_back_as_it_was(connection: psycopg.Connection, values: list[str | None]) -> None:
    assert _copied(connection, "text", values) == values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.lists(TEXT)))
def test_lists_of_text_come_back_as_they_were(connection: psycopg.Connection, values: list[list[str]]) -> None:
    assert _copied(connection, "text[]", values) == values


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "\\N"),
        ("text", "\\."),
        ("text[]", ["null", "", 'a "b" \\ {c}, d']),
        ("numeric", Decimal("123456.70")),
        ("numeric", Decimal("1E+5")),
        ("double precision", 0.1 + 0.2),
        ("boolean", True),
        ("boolean", False),
        ("bigint", 2**60),
        ("uuid", uuid.UUID(int=7)),
        ("timestamptz", datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC)),
        ("timestamptz", datetime(999, 3, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
    ],
)
def test_every_type_comes_back_as_it_was(connection: psycopg.Connection, kind: str, value: Any) -> None:
    assert _copied(connection, kind, [value]) == [value]


def test_an_enumeration_is_written_as_its_value() -> None:
    assert copytext.row([RemoteType.HYBRID, None, []]) == "hybrid\t\\N\t{}\n"
