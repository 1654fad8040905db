from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from job_etl.shape import Shape, differences


def shape(payload: Callable[[int], Any], count: int = 100) -> Shape:
    seen = Shape()
    for number in range(count):
        seen.add(payload(number))
    return seen


def job(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "title": "Engineer",
        "location": {"name": "Lille"},
        "offices": [{"id": 1, "name": "HQ"}] if number % 3 else [],
        "pay": None if number % 2 else {"min": 1, "max": 2},
    }


def without(name: str) -> Callable[[int], Any]:
    return lambda number: {key: value for key, value in job(number).items() if key != name}


def replaced(name: str, value: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda number: {**job(number), name: value(number)}


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (job, []),
        (without("title"), ["title vanished (was text in 100%)"]),
        (without("location"), ["location vanished (was object in 100%)"]),
        (without("offices"), ["offices vanished (was list in 100%)"]),
        (
            replaced("location", lambda n: {"city": "Lille"}),
            ["location.city appeared (text in 100%)", "location.name vanished (was text in 100%)"],
        ),
        (replaced("id", str), ["id is text in 100% (was number)"]),
        (
            replaced("location", lambda n: "Lille" if n % 4 == 0 else {"name": "x"}),
            ["location is text in 25% (was object)"],
        ),
        (replaced("offices", lambda n: [{"id": 1}]), ["offices[].name vanished (was text in 100%)"]),
        (replaced("visa", lambda n: True), ["visa appeared (boolean in 100%)"]),
        (replaced("visa", lambda n: True if n % 20 == 0 else None), []),
        (replaced("title", lambda n: "Engineer" if n % 20 else 7), []),
        (replaced("pay", lambda n: None), ["pay vanished (was object in 50%)"]),
        (replaced("pay", lambda n: {"min": "1", "max": 2}), ["pay.min is text in 100% (was number)"]),
    ],
)
def test_what_changed_in_the_shape_is_told_in_a_line(after: Callable[[int], Any], says: list[str]) -> None:
    assert differences(shape(job), shape(after)) == says


def test_a_few_payloads_say_nothing() -> None:
    assert differences(shape(job), shape(without("title"), 19)) == []
    assert differences(shape(job, 19), shape(without("title"))) == []


def test_keys_that_are_data_are_one_field() -> None:
    seen = shape(lambda number: {"by_id": {str(number * 100 + key): key for key in range(100)}})
    assert set(seen.fields) == {"by_id", "by_id.*"}
