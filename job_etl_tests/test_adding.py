from __future__ import annotations

from pathlib import Path

import pytest

from job_etl.config import sources
from job_etl.config.adding import add_board
from job_etl.errors import ConfigError
from job_etl.model import Board

ACME = Board("lever", "acme")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "lever:\n  boards:\n    - acme\n"),
        ("greenhouse: {boards: [a]} # one\n", "greenhouse: {boards: [a]} # one\n\nlever:\n  boards:\n    - acme\n"),
        ("lever: {boards: [a, {board: b}]}\n", "lever: {boards: [a, {board: b}, acme]}\n"),
        ("lever:\n  boards: [a,\n    b] # two\n", "lever:\n  boards: [a,\n    b, acme] # two\n"),
        (
            "lever:\n  boards:\n    - a # first\n    - b # second\n\n# the next\nashby: {}\n",
            "lever:\n  boards:\n    - a # first\n    - b # second\n    - acme\n\n# the next\nashby: {}\n",
        ),
        ("lever:\n  boards:\n  - {board: a}", "lever:\n  boards:\n  - {board: a}\n  - acme"),
        (
            "lever:\n  boards:\n  - board: a\n    company: A\n",
            "lever:\n  boards:\n  - board: a\n    company: A\n  - acme\n",
        ),
        ("lever: {boards: []}\n", "lever: {boards: [acme]}\n"),
        ("lever:\n  boards: a\n", "lever:\n  boards: [a, acme]\n"),
        ("lever:\n  enabled: true # yes\n", "lever:\n  boards: [acme]\n  enabled: true # yes\n"),
        ("lever: {enabled: true}\n", "lever: {boards: [acme], enabled: true}\n"),
        ("lever: {}\n", "lever: {boards: [acme]}\n"),
        ("{}\n", "{lever: {boards: [acme]}}\n"),
        ('{"ashby": {}}', '{lever: {boards: [acme]}, "ashby": {}}'),
        ("lever:\nashby: {}\n", "lever: {boards: [acme]}\nashby: {}\n"),
    ],
)
def test_a_board_is_added_where_a_person_would_write_it(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text(before)
    assert add_board(ACME, file)
    assert file.read_text() == after
    assert sources.load(file, {}).boards("lever")[-1] == ACME
    assert not add_board(ACME, file)
    assert file.read_text() == after


@pytest.mark.parametrize(
    "board",
    [
        Board("lever", "a b/c", "Größe & Söhne: 'X'", {"region": "eu", "n": 3, "all": True}),
        Board("lever", "yes"),
        Board("lever", "37"),
        Board("lever", "[x", "#1"),
    ],
)
def test_whatever_it_is_called_it_is_read_back_as_it_was(board: Board, tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text("lever: {boards: [a]}", encoding="utf-8")
    add_board(board, file)
    assert sources.load(file, {}).boards("lever") == (Board("lever", "a"), board)


def test_a_persons_own_file_begins_as_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOB_ETL_CONFIG_DIR", raising=False)
    monkeypatch.setenv("JOB_ETL_HOME", str(tmp_path))
    shipped = sources.load()
    assert add_board(ACME)
    assert sources.load().boards("lever") == (*shipped.boards("lever"), ACME)
    assert (tmp_path / "config/sources.yml").read_text().startswith("# Which boards are crawled.")


def test_a_file_that_is_wrong_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text("levr: {}")
    with pytest.raises(ConfigError, match="did you mean lever"):
        add_board(ACME, file)
    assert [path.name for path in tmp_path.iterdir()] == ["sources.yml"]
