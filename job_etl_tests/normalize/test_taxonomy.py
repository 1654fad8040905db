"""The dictionaries' formats, and what a mistake in one says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from job_etl.errors import ConfigError
from job_etl.normalize import skills, taxonomy


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    (tmp_path / "taxonomy").mkdir()
    skills.dictionary.cache_clear()
    yield tmp_path / "taxonomy"
    skills.dictionary.cache_clear()


def test_a_table_has_comments_and_may_leave_trailing_cells_out(folder: Path) -> None:
    (folder / "birds.tsv").write_text("# birds\nname\tcolour\n\nwren\nrobin\tred\n", encoding="utf-8")
    assert list(taxonomy.table("birds.tsv", ("name", "colour"))) == [
        (4, {"name": "wren", "colour": ""}),
        (5, {"name": "robin", "colour": "red"}),
    ]


def test_a_missing_column_is_named(folder: Path) -> None:
    (folder / "birds.tsv").write_text("name\nwren\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="lacks the column colour"):
        list(taxonomy.table("birds.tsv", ("name", "colour")))


@pytest.mark.parametrize("content", ["- a list", "key: [unclosed", "\x00"])
def test_a_document_that_is_no_mapping_is_an_error(folder: Path, content: str) -> None:
    (folder / "birds.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"birds\.yml"):
        taxonomy.document("birds.yml")


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"cannot read the dictionary .*nothing\.tsv"):
        list(taxonomy.table("nothing.tsv", ()))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("Python\t\nPython\t\n", "line 3 repeats the skill Python"),
        ("Python\tSnakes\n", "the parent Snakes of Python is not in the file"),
    ],
)
def test_a_mistake_in_the_skills_is_named(folder: Path, rows: str, message: str) -> None:
    (folder / "skills.tsv").write_text(f"skill\tparent\tmatch\taliases\n{rows}", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        skills.dictionary()


def test_a_file_of_the_taxonomy_folder_is_found_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOB_ETL_TAXONOMY_DIR", str(tmp_path))
    assert taxonomy.external("occupations.csv") is None
    (tmp_path / "deep" / "down").mkdir(parents=True)
    (tmp_path / "deep" / "down" / "occupations.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = taxonomy.external("occupations_en.csv", "occupations.csv")
    assert found is not None
    assert list(taxonomy.external_rows(found)) == [{"a": "1", "b": "2"}]
