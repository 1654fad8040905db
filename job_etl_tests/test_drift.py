from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from job_etl.checks import payloads_have_the_structure_they_had
from job_etl.drift import drift
from job_etl.landing import Landing
from job_etl.model import Outcome
from job_etl.resources import LandingZone
from job_etl_tests.warehouse.boards import day, land, posting

BEFORE = [posting(number) for number in range(30)]
AFTER: list[dict[str, Any]] = [
    {**{name: value for name, value in job.items() if name != "title"}, "name": job["title"]} for job in BEFORE
]
SAID = ["name appeared (text in 100%)", "title vanished (was text in 100%)"]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def test_an_empty_landing_zone_has_not_changed(landing: Landing) -> None:
    assert drift(landing) == {}


def test_a_change_is_told_from_its_day_on_for_a_week(landing: Landing) -> None:
    for number in range(22):
        land(landing, day(number), BEFORE if number < 10 else AFTER)
        assert drift(landing) == ({"greenhouse": SAID} if 10 <= number <= 16 else {}), number


def test_only_whole_boards_are_compared(landing: Landing) -> None:
    land(landing, day(0), BEFORE)
    land(landing, day(1), AFTER, outcome=Outcome.PARTIAL)
    land(landing, day(2), outcome=Outcome.FAILED)
    assert drift(landing) == {}


def test_boards_are_compared_with_themselves_and_told_of_together(landing: Landing) -> None:
    for number in range(3):
        land(landing, day(0), BEFORE[number::3], board=f"board {number}")
        land(landing, day(1), AFTER[number::3], board=f"board {number}")
    land(landing, day(1), [{"other": number} for number in range(30)], board="new")
    assert drift(landing) == {"greenhouse": SAID}


def test_a_board_that_is_crawled_no_more_is_no_news(landing: Landing) -> None:
    land(landing, day(0), BEFORE)
    land(landing, day(1), AFTER)
    for number in (0, 20):
        land(landing, day(number), BEFORE, board="other")
    assert drift(landing) == {}


def test_files_landed_by_hand_count_and_damaged_ones_do_not(landing: Landing, tmp_path: Path) -> None:
    land(landing, day(0), BEFORE)
    by_hand = tmp_path / "landing" / "greenhouse" / "northwind" / "20260312T070000Z.jsonl"
    by_hand.write_text("".join(json.dumps(job) + "\n" for job in AFTER))
    assert drift(landing) == {"greenhouse": SAID}
    by_hand.write_text("{not JSON\n")
    assert drift(landing) == {}


def test_the_check_warns_with_the_difference(landing: Landing) -> None:
    land(landing, day(0), BEFORE)
    land(landing, day(1), AFTER)
    result = payloads_have_the_structure_they_had(LandingZone(url=landing.url))
    assert isinstance(result, dg.AssetCheckResult)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["greenhouse"].value == "\n".join(f"- {line}" for line in SAID)
