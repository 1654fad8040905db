"""The quality report as a whole: what it measures without any data of others, and the command that prints it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from job_etl.cli import app
from job_etl.errors import ConfigError
from job_etl.quality.coverage import coverage, sample
from job_etl.quality.duplicates import duplicate_measures
from job_etl.quality.measures import Measure, claims, share
from job_etl.quality.report import FIELDS, measure
from job_etl.quality.salaries import salary_measures

CROSSWALK = """ats_key,dataset,date,title,company,location,url
a:1,x,,Data Engineer (m/w/d),Acme GmbH,"[""Berlin""]",
a:1,y,,Data Engineer,ACME,"Berlin, Germany",
a:2,x,,Data Analyst,Acme,Berlin,
"""

BOARD = {
    "jobs": [
        {
            "id": "1",
            "title": "Data Engineer",
            "isRemote": True,
            "employmentType": "FullTime",
            "descriptionHtml": "<p>This is a fully remote position. We use Python.</p>",
            "compensation": {
                "compensationTierSummary": "$100K – $120K",
                "compensationTiers": [{}],
                "summaryComponents": [
                    {"compensationType": "Salary", "minValue": 100000, "maxValue": 120000, "currencyCode": "USD"}
                ],
            },
        }
    ]
}


@pytest.fixture
def board(tmp_path: Path) -> Path:
    file = tmp_path / "api" / "ashby" / "stapply-ai+jobs" / "ashby" / "companies" / "acme.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(BOARD), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["bench", "quality", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def values(rows: list[Measure], data: str, system: str) -> dict[str, float | None]:
    return {row.metric: row.value for row in rows if (row.data, row.system) == (data, system)}


def test_claims_are_judged_by_what_is_claimed_and_by_what_there_is() -> None:
    rows = claims("f", "d", "s", [("a", "a"), ("b", None), (None, "c"), ("a", "b")])
    assert [row.value for row in rows] == [0.3333, 0.3333, 0.75]
    assert share("f", "d", "s", "m", []).note == "no labelled data"


def test_without_the_data_of_others_every_field_has_a_row_and_our_own_texts_a_figure(tmp_path: Path) -> None:
    rows = list(measure(tmp_path, ["language", "department", "places", "salary", "remote", "contract", "dedup"]))
    assert {row.field for row in rows if row.value is not None} == {"places", "salary"}
    assert {row.field for row in rows} >= {"language", "department", "remote", "contract", "dedup key"}
    assert values(rows, "own texts", "job-etl") == {"precision": 1, "recall": 1}


def test_a_field_that_does_not_exist_is_an_error_that_names_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--only mood: expected one of language, "):
        list(measure(tmp_path, ["mood"]))


def test_keys_are_judged_by_pairs_of_rows_of_one_job(tmp_path: Path) -> None:
    (tmp_path / "crosswalk_same_job_across_datasets_dev.csv").write_text(CROSSWALK, encoding="utf-8")
    rows = duplicate_measures(tmp_path)
    assert values(rows, "crosswalk of collectors", "texts as they are")["recall"] == 0
    assert values(rows, "crosswalk of collectors", "company key, standard title and place")["F1"] == 1
    assert values(rows, "crosswalk of collectors", "company_key") == {"recall": 1}


def test_boards_are_measured_by_what_they_state_and_by_what_their_text_says(board: Path) -> None:
    assert values(salary_measures(board), "Ashby summaries", "job-etl") == {"precision": 1, "recall": 1}
    rows = FIELDS["remote"](board)
    stated = values(rows, "boards that state it, from title and description", "job-etl")
    assert stated == {"precision": 1, "recall": 1, "coverage": 1}
    assert coverage(board)["contract_type"] == {"ashby": {"all": 1, "given": 1}}
    assert [row.posting.title for row in sample(board, 5)] == ["Data Engineer"]


def test_the_command_prints_the_table_and_writes_it_to_a_file(board: Path) -> None:
    file = board / "figures.json"
    assert "countries exact" in run("--data", str(board), "--only", "places", "--json", str(file))
    assert {row["field"] for row in json.loads(file.read_text(encoding="utf-8"))} == {"places"}
    assert "contract_type" in run("--data", str(board), "--coverage")
    shown = run("--data", str(board), "--show", "1")
    assert "skills: ['Python']   [parsed: dictionary]" in shown
    assert "remote_type: remote   [given: remote flag]" in shown
