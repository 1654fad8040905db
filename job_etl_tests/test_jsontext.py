"""JSON as providers send it and as Postgres can hold it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job_etl.jsontext import decode, decode_for_jsonb, encode, encode_for_jsonb, encode_sorted, storable

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    # lone surrogates and U+0000 are in it on purpose
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_encoded_decodes_to_the_same(value: Any) -> None:
    assert decode(encode(value)) == value


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=6))
def test_the_order_of_keys_makes_no_difference_when_sorted(value: dict[str, Any]) -> None:
    assert encode_sorted(dict(reversed(value.items()))) == encode_sorted(value)


@given(JSON)
def test_an_encoding_stays_on_one_line(value: Any) -> None:
    assert b"\n" not in encode(value)
    assert b"\n" not in encode_for_jsonb(value)


@given(JSON)
def test_text_for_jsonb_is_the_given_text_unless_that_holds_what_jsonb_cannot(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    decoded, stored = decode_for_jsonb(text)
    assert decoded == decode(text)
    assert stored == (encode_for_jsonb(decoded) if b"\\u" in text else text)


@pytest.mark.parametrize("text", [b'{"a": "\xff"}', b'{"a": NaN}', b'"\\ud83d"', b'"a \\u0000"'])
def test_text_that_jsonb_cannot_hold_is_written_anew(text: bytes) -> None:
    assert decode_for_jsonb(text)[1] == encode_for_jsonb(decode(text))


@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_has_nothing_that_postgres_refuses_and_keeps_the_rest(text: str) -> None:
    stored = storable(text)
    assert "\x00" not in stored
    stored.encode()
    assert len(stored) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, stored, strict=True))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param(b'"\\ud83d\\ude80"', "🚀", id="a pair of surrogates is a character"),
        pytest.param(b'{"a": "\\ud83d"}', {"a": "\ud83d"}, id="a lone surrogate loses nothing"),
        pytest.param(b'{"a": NaN, "b": [Infinity, 1]}', {"a": None, "b": [None, 1]}, id="NaN is null"),
        pytest.param(b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}, id="a byte that is not UTF-8"),
        pytest.param('"a\u2028b"'.encode(), "a\u2028b", id="U+2028 is text"),
        pytest.param(b"9007199254740993", 9007199254740993, id="a large id is exact"),
    ],
)
def test_what_providers_send_is_read(text: bytes, value: Any) -> None:
    assert decode(text) == value


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>", b'{"a": 1', b'{"a": 1}}', b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000],
    ids=["empty", "HTML", "cut short", "too much", "deep and open", "deep and closed"],
)
def test_what_is_not_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b", {"k\x00": ["\udfff"]}, "\\u0000", "\\ud800", "plain é 🚀"])
def test_jsonb_takes_what_is_encoded_for_it(value: Any, shared_database_url: str) -> None:
    with psycopg.connect(shared_database_url) as connection:
        row = connection.execute("select %s::jsonb::text", [encode_for_jsonb(value).decode()]).fetchone()
    assert row is not None
    held = json.loads(row[0])
    if "\x00" not in repr(value) and value in ("\\u0000", "\\ud800", "plain é 🚀"):
        assert held == value
    else:
        assert "\ufffd" in json.dumps(held, ensure_ascii=False)
