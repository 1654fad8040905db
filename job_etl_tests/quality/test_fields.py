"""The quality measures run on labelled files of the known shapes, and reach their targets on the real ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_etl.normalize import occupation
from job_etl.quality.measures import Measure
from job_etl.quality.seniority import seniority_measures
from job_etl.quality.skills import skill_measures
from job_etl.quality.titles import title_measures
from job_etl_tests.realdata import FOLDER, needs_realdata


def figure(rows: list[Measure], data: str, system: str, metric: str) -> float:
    values = [row.value for row in rows if (row.data, row.system, row.metric) == (data, system, metric)]
    assert len(values) == 1
    assert values[0] is not None
    return values[0]


def test_without_labelled_data_each_field_says_what_is_missing(tmp_path: Path) -> None:
    assert skill_measures(tmp_path) == []
    assert [row.note for row in seniority_measures(tmp_path)] == ["no labelled titles"]
    assert [row.note for row in title_measures(tmp_path)] == ["no labelled titles"]


def test_skill_spans_and_sentences_are_measured(tmp_path: Path) -> None:
    spans = tmp_path / "SkillSpan" / "dev.json"
    spans.parent.mkdir()
    row = {"tokens": ["Write", "Python", "and", "tests"], "tags_knowledge": ["O", "B", "O", "O"]}
    spans.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    (tmp_path / "skills_en_label.txt").write_text("Python (computer programming)\nmoth keeping\n", encoding="utf-8")
    sentences = "sentence,span,sub_span,label\nPython and moths,Python,,Python (computer programming)\n"
    (tmp_path / "tech_validation_annotations.csv").write_text(sentences, encoding="utf-8")
    rows = skill_measures(tmp_path)
    assert figure(rows, "SkillSpan dev, knowledge", "job-etl", "recall, exact span") == 1
    assert figure(rows, "ESCO tech_validation sentences", "job-etl", "F1") == 1
    assert {row.note for row in rows if row.value is None} >= {"needs a model downloaded at run time"}


def test_seniority_is_measured_beside_the_keyword_lists(tmp_path: Path) -> None:
    (tmp_path / "snapaddy_seniority_dev.csv").write_text("text,label\nLeiterin Einkauf,Lead\n", encoding="utf-8")
    systems = {row.system for row in seniority_measures(tmp_path)}
    assert systems == {"job-etl", "keyword list", "keyword list with manager"}


@needs_realdata
@pytest.mark.realdata
@pytest.mark.parametrize("data", ["snapaddy titles", "rootstrap titles, either scale"])
def test_seniority_is_well_above_a_keyword_list(data: str) -> None:
    ours, theirs = (
        figure(seniority_measures(FOLDER), data, system, "macro-F1") for system in ("job-etl", "keyword list")
    )
    assert ours >= theirs + 0.15


@needs_realdata
@pytest.mark.realdata
def test_skills_are_found_as_well_as_measured_when_the_rules_were_written() -> None:
    rows = skill_measures(FOLDER / "labelled")
    assert figure(rows, "SkillSpan dev, knowledge", "job-etl", "F1, exact span") > 0.36
    assert figure(rows, "ESCO house_validation sentences", "job-etl", "F1") > 0.42
    assert figure(rows, "ESCO tech_validation sentences", "job-etl", "F1") > 0.47


@needs_realdata
@pytest.mark.realdata
def test_titles_find_their_occupation_at_least_as_well_as_jobbert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ETL_TAXONOMY_DIR", str(FOLDER / "taxonomy"))
    for cached in (occupation._index, occupation._spelt, occupation.rank_occupations):
        cached.cache_clear()
    try:
        rows = title_measures(FOLDER / "labelled", sample=1000)
        assert figure(rows, "JobBERT titles", "job-etl", "MRR") >= 0.31
        assert figure(rows, "JobBERT titles", "job-etl", "recall@10") >= 0.46
    finally:
        for cached in (occupation._index, occupation._spelt, occupation.rank_occupations):
            cached.cache_clear()
