"""What a person sees: colour, bars and questions on a terminal, plain lines where there is none."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from job_etl import progress
from job_etl.cli import terminal, watching
from job_etl_tests.commands import JOB_ETL, surroundings

WORK = """
import sys
from pathlib import Path
from job_etl import progress
from job_etl.cli.watching import progress_shown
with progress_shown(Path(sys.argv[1])):
    print("dbt says something")
    progress.report("raw", 0)
    progress.report("raw", 1, 37, "crawls loaded")
    progress.report("raw", 37, 37, "crawls loaded")
    progress.report("staging", 12000, note="postings read [of many]")
    print("and an error", file=sys.stderr)
print("done")
"""


def on_terminal(command: list[str], home: Path, answer: bytes = b"") -> tuple[int, str]:
    """The exit status of a command, and all that it wrote to its terminal."""
    main, side = pty.openpty()
    environment = surroundings(home, TERM="xterm-256color", COLUMNS="100", LINES="40")
    with subprocess.Popen(
        command, stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True
    ) as process:
        os.close(side)
        os.write(main, answer)
        written = b""
        while True:
            try:
                chunk = os.read(main, 65536)
            except OSError:  # Linux's way to say that nobody holds the other side
                chunk = b""
            if not chunk:
                break
            written += chunk
    os.close(main)
    return process.returncode, written.decode()


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)


def test_on_a_terminal_every_stage_is_a_line_that_ends_with_a_tick(tmp_path: Path) -> None:
    status, written = on_terminal([sys.executable, "-c", WORK, str(tmp_path / "log")], tmp_path)
    assert status == 0
    assert "\x1b[" in written
    lines = bare(written).splitlines()
    assert any(re.search(r"✓ raw +━+ +37 of 37 0:00:0\d crawls loaded", line) for line in lines)
    assert any(re.search(r"✓ staging +━+ +12,000 0:00:0\d postings read \[of many\]", line) for line in lines)
    assert lines[-1] == "done"
    assert (tmp_path / "log").read_text() == "dbt says something\nand an error\n"


def test_without_a_terminal_a_stage_is_told_when_it_begins_and_ends(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WORK, tmp_path / "log"], capture_output=True, text=True)
    assert done.stderr.splitlines() == ["raw", "raw: 37 of 37 crawls loaded", "staging: 12000 postings read [of many]"]
    assert done.stdout == "done\n"
    assert (tmp_path / "log").read_text() == "dbt says something\nand an error\n"


def test_progress_that_nobody_listens_to_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    progress.report("raw", 1)
    assert capfd.readouterr() == ("", "")


def test_output_comes_back_to_the_terminal_when_the_work_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError), watching.progress_shown(tmp_path / "log"):  # noqa: PT012 - it is the block that fails
        os.write(1, b"into the log\n")
        raise RuntimeError
    os.write(1, b"onto the terminal\n")
    assert capfd.readouterr().out == "onto the terminal\n"
    assert (tmp_path / "log").read_text() == "into the log\n"


def test_a_table_is_a_line_a_row_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_table(
        ["job", "n"], [("x" * 300, 1), ("two\nlines", 20), ("[bold] :x: ￾\x1b]0;title\x07", None)], numbers=["n"]
    )
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["job", "n"]
    assert lines[1] == "x" * 300 + "   1"
    assert lines[2].split() == ["two", "lines", "20"]
    assert lines[3].startswith("[bold] :x: ")
    assert "\x1b" not in out
    assert "\x07" not in out
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b31m", "a\rb", "\u202egnp.exe", "a\u2028b"])
def test_no_line_carries_what_steers_a_terminal(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    for tell in (terminal.say, terminal.complain, terminal.warn, terminal.note):
        tell(f"before{hostile}after")
    written = "".join(capsys.readouterr())
    assert written.count("\ufffd") == 4
    assert not any(character in written for character in hostile if not character.isascii() or character < " ")


@pytest.mark.parametrize(("answer", "is_deleted"), [(b"\n", False), (b"no\n", False), (b"y\n", True), (b"YES\n", True)])
def test_the_database_is_deleted_only_after_a_yes(tmp_path: Path, answer: bytes, is_deleted: bool) -> None:
    status, written = on_terminal([JOB_ETL, "db", "reset"], tmp_path, answer)
    assert f"Delete the database in {tmp_path}? [y/N]" in bare(written)
    assert (status == 0) is is_deleted
    assert written.rstrip().endswith("deleted") is is_deleted
