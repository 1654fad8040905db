"""What holds of every source, without a line of test for it: a new source needs a module and a fixture."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job_etl.errors import JobEtlError, NotFound, Refused, TransientError, UnreadableAnswer, UnreadablePayload
from job_etl.model import GivenPlace, GivenPosting, GivenSalary
from job_etl.sources import SOURCES
from job_etl.sources.base import Source
from job_etl_tests.provider import Provider, Script, html, status
from job_etl_tests.sources.samples import FIXTURES, Sample, all_samples, answers, crawl, samples

MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
JUNK: list[Any] = [
    *(None, True, False, 0, -1, 10**30, 1.5e308),
    *("", " ", "x", "\x00", "\ud800", "<script>alert(1)</script>", "<b>", "9" * 400),
    *("2026-99-99T99:99:99", "Thu, 99 Foo 20260", "http://", "javascript:alert(1)", "http://["),
    *([], {}, [[]], [None], {"": {}}, {"@type": ["JobPosting"]}),
    *([{"name": ["x"]}], ["<i>", 7, {"value": {"value": []}}]),
]
HOSTILE = [
    part * (400_000 // len(part))
    for part in (" ", "a", "<script>", "<br/>", "<a href='", "| ", "((", "<p>Find ", "&lt;")
]
"""Texts on which a careless pattern takes minutes."""

ADDED = {"also", "account", "board", "channel"}
"""What a source puts beside an item: its repetitions, and what the answer says once for all items."""

every_source = pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
every_sample = pytest.mark.parametrize("sample", all_samples(), ids=lambda sample: sample.name)


@every_source
def test_a_source_has_fixtures_and_says_what_it_is(source: Source) -> None:
    assert (FIXTURES / source.name).is_dir(), f"write job_etl_tests/sources/fixtures/{source.name}/list.json"
    assert samples(source.name)
    assert source.name == type(source).__module__.rpartition(".")[2]
    assert source.base_url.startswith(("https://", "{url}"))
    assert source.title
    assert (type(source).__doc__ or "").strip()


@every_source
def test_terms_name_where_they_stand_and_whom_to_name(source: Source) -> None:
    terms = source.terms
    assert source.direct or (terms.url or "").startswith("https://")
    assert terms.attribution or not terms.link_back
    assert terms.conditions is None or terms.conditions.endswith(".")


@every_sample
def test_identity_is_stable_and_not_blank(sample: Sample) -> None:
    identity = sample.source.identify(sample.payload, sample.board)
    again = sample.source.identify(deepcopy(sample.payload), sample.board)
    assert identity == again == sample.read().source_job_id
    assert identity.strip() == identity != ""


@every_source
def test_different_postings_have_different_identities(source: Source) -> None:
    for path in answers(source.name):
        board = samples(source.name)[0].board
        payloads = source.cut(path.read_bytes())
        assert len({source.identify(payload, board) for payload in payloads}) == len(payloads)


@every_sample
def test_reading_leaves_the_payload_untouched(sample: Sample) -> None:
    before = deepcopy(sample.payload)
    sample.read()
    sample.source.detail(sample.payload, sample.board)
    sample.source.comparable(sample.payload)
    assert sample.payload == before


@every_source
def test_cut_keeps_all_of_each_payload(source: Source) -> None:
    for path in answers(source.name):
        if path.suffix != ".json":
            continue
        said = json.loads(path.read_bytes())
        for payload in source.cut(path.read_bytes()):
            sent = {name: value for name, value in payload.items() if name not in ADDED}
            assert any(sent == part for part in _parts(said)), "a payload is not a part of the answer as it was sent"


@every_sample
def test_an_equal_payload_is_the_same_version_and_what_is_volatile_does_not_count(sample: Sample) -> None:
    changed = sample.payload | dict.fromkeys(sample.source.volatile, "another")
    assert sample.source.comparable(sample.payload) == sample.source.comparable(changed)
    assert sample.source.comparable(sample.payload) != sample.source.comparable(sample.payload | {"a new field": 1})


@every_sample
def test_dates_are_in_utc_and_plain_fields_without_markup(sample: Sample) -> None:
    _assert_well_formed(sample.read())


@every_sample
def test_nothing_is_invented(sample: Sample) -> None:
    posting = sample.read()
    said = _words_of([sample.payload, _words_of_board(sample)])
    numbers = {number for word in said for number in re.findall(r"\d+", word)}
    for text in _plain_texts(posting):
        invented = [word for word in _words(_without(text, sample.source.implied)) if word not in said]
        assert not invented, f"{text!r} holds words that the payload does not: {invented}"
    for text in filter(None, (posting.description_html, posting.description_text)):
        assert not [word for word in _words(text) if word not in said]
    for salary in posting.salaries:
        for bound in filter(None, (salary.minimum, salary.maximum)):
            assert {str(int(bound)), str(int(bound * 100))} & numbers


@every_sample
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(data=st.data())
def test_a_mutilated_payload_is_read_or_refused_with_a_reason(sample: Sample, data: st.DataObject) -> None:
    payload: Any = deepcopy(sample.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        payload = _mutilated(payload, data)
    try:
        identity = sample.source.identify(payload, sample.board)
        posting = sample.source.read(payload, sample.board)
        sample.source.comparable(payload)
        sample.source.detail(payload, sample.board)
    except UnreadablePayload:
        return
    assert posting.source_job_id == identity
    _assert_well_formed(posting)


@every_source
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_no_text_is_slow_to_read(source: Source, text: str) -> None:
    sample = samples(source.name)[0]
    payload = _with_texts(sample.payload, text)
    began = process_time()  # which does not pass while others have the processor
    with suppress(UnreadablePayload):
        sample.source.read(payload, sample.board)
        sample.source.comparable(payload)
    assert process_time() - began < 2


@every_source
@pytest.mark.parametrize("payload", [None, [], "text", 7, {}, {"id": None}, {"id": " "}, {"id": True}], ids=repr)
def test_what_has_no_identity_is_refused_with_a_reason(source: Source, payload: Any) -> None:
    with pytest.raises(UnreadablePayload, match=r"\w"):
        source.read(payload, samples(source.name)[0].board)


@every_source
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<!doctype html><title>Be right back</title>",
        b'{"jobs": [{"id"',
        b"7",
        b'"text"',
        b"null",
        b"\x1f\x8b\x08",
    ],
    ids=["empty", "blank", "a web page", "cut short", "a number", "a string", "null", "binary"],
)
def test_what_is_no_answer_of_the_provider_is_refused_with_a_reason(source: Source, body: bytes) -> None:
    with pytest.raises(UnreadableAnswer, match=r"\w"):
        source.cut(body)


@every_source
@pytest.mark.parametrize(
    "body", [b'{"error": "no such board"}', b'{"ok": false}', b"[[[[[[]]]]]]", b"<a/>", b"<a>", b"{}"]
)
def test_cutting_never_raises_anything_else(source: Source, body: bytes) -> None:
    with suppress(UnreadableAnswer):
        assert isinstance(source.cut(body), list)


@every_source
@pytest.mark.parametrize(
    ("script", "failure"),
    [(status(404), NotFound), (status(403), Refused), (status(500), TransientError), (html(), UnreadableAnswer)],
    ids=["not found", "refused", "out of order", "a web page"],
)
def test_a_provider_that_does_not_answer_is_never_an_empty_board(
    source: Source, script: Script, failure: type[JobEtlError]
) -> None:
    if source.name == "jsonld" and failure is UnreadableAnswer:
        pytest.skip("a web page is what it asks for")
    if source.name == "jobspy":
        pytest.skip("a library asks in its place")
    with Provider().otherwise(script) as provider, pytest.raises(failure, match=r"\w"):
        crawl(source.name, provider.url)


def _words_of_board(sample: Sample) -> list[Any]:
    return [
        "https",
        sample.board.name.replace("-", " "),
        sample.board.name,
        sample.board.company,
        sample.board.params,
        sample.source.hosts,
    ]


def _assert_well_formed(posting: GivenPosting) -> None:
    assert isinstance(posting.source_job_id, str)
    assert posting.source_job_id.strip()
    for name in ("posted_at", "updated_at", "expires_at"):
        moment = getattr(posting, name)
        assert moment is None or (isinstance(moment, datetime) and moment.tzinfo is UTC)
        assert moment is None or moment.utcoffset() == timedelta(0)
    for text in _plain_texts(posting):
        assert isinstance(text, str)
        assert text.strip(), "a blank text stands for an absent field"
        assert not MARKUP.search(text)
    for name in ("description_html", "description_text"):
        assert getattr(posting, name) is None or isinstance(getattr(posting, name), str)
    for name in ("url", "apply_url"):
        assert re.match(r"https?://\S+$", getattr(posting, name) or "https://none")
    assert posting.remote is None or isinstance(posting.remote, bool | str)
    assert posting.apply_url or not posting.url, "who has a page can say where to apply"
    for place in posting.places:
        assert place != GivenPlace()
        assert place.latitude is None or isinstance(place.latitude, float)
    for salary in posting.salaries:
        assert salary != GivenSalary()
        for bound in (salary.minimum, salary.maximum):
            assert bound is None or (isinstance(bound, Decimal) and bound.is_finite() and bound > 0)
    assert not posting.company_inferred or posting.company


def _plain_texts(posting: GivenPosting) -> list[Any]:
    """Every text of a reading but the description."""
    found: list[Any] = []
    for field in fields(posting):
        if field.name not in ("source_job_id", "description_html", "description_text", "extra", "salaries", "places"):
            value = getattr(posting, field.name)
            found += value if isinstance(value, list) else [value]
    for place in posting.places:
        found += [place.text, place.city, place.region, place.country]
    for salary in posting.salaries:
        found += [salary.text, salary.currency, salary.period]
    return [value for value in found if value is not None and not isinstance(value, bool | datetime)]


def _without(text: str, implied: frozenset[str]) -> str:
    for value in sorted(implied, key=len, reverse=True):
        text = text.replace(value, " ")
    return text


def _words(text: str) -> list[str]:
    unescaped = unescape(unescape(text))
    return re.findall(r"\w+", MARKUP.sub(" ", unescaped).lower())


def _words_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {word for pair in value.items() for part in pair for word in _words_of(part)}
    if isinstance(value, list | tuple):
        return {word for part in value for word in _words_of(part)}
    # Addresses are words too, inside of attributes.
    return set(_words(str(value))) | set(re.findall(r"\w+", unescape(unescape(str(value))).lower()))


def _parts(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(part for one in inner for part in _parts(one))]


def _mutilated(payload: Any, data: st.DataObject) -> Any:
    """The payload with one part of it dropped or replaced by junk."""
    paths = [path for path in _paths(payload) if path]
    if not paths:
        return payload
    path = data.draw(st.sampled_from(paths))
    parent = payload
    for key in path[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()) and isinstance(parent, dict):
        del parent[path[-1]]
    else:
        parent[path[-1]] = deepcopy(data.draw(st.sampled_from(JUNK)))
    return payload


def _with_texts(value: Any, text: str) -> Any:
    """The value with each of its texts replaced."""
    if isinstance(value, dict):
        return {key: _with_texts(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_texts(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def _paths(value: Any) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [(), *((key, *path) for key, inner in value.items() for path in _paths(inner))]
    if isinstance(value, list):
        return [(), *((number, *path) for number, inner in enumerate(value) for path in _paths(inner))]
    return [()]
