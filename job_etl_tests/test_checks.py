from __future__ import annotations

from pathlib import Path

import dagster as dg
import psycopg
import pytest

from job_etl.checks import CHECKS
from job_etl.landing import Landing
from job_etl.resources import Warehouse
from job_etl_tests.warehouse.boards import bring_in, day, land, posting


def checked(name: str) -> dg.AssetCheckResult:
    """The result of the check with this name, on the database of the environment."""
    [check] = [check for check in CHECKS if next(iter(check.check_keys)).name == name]
    result = check(warehouse=Warehouse())
    assert isinstance(result, dg.AssetCheckResult)
    return result


def test_rejects_above_the_limit_turn_the_check_red_with_their_reason(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_DATABASE_URL", database_url)
    landing = Landing(str(tmp_path))
    good, bad = [posting(number) for number in range(95)], [{"title": f"no id {number}"} for number in range(10)]
    land(landing, day(0), [*good, *bad[:5]])
    bring_in(connection, landing)
    assert checked("few_payloads_are_rejected").passed
    land(landing, day(1), [*good, *bad])
    bring_in(connection, landing)
    result = checked("few_payloads_are_rejected")
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert result.metadata["contradictions"].value == (
        "- source greenhouse, payloads 105, rejected 10,"
        " commonest_reason the payload has no `id`, which identifies a posting"
    )
