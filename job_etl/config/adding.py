"""Adding a board to a person's `sources.yml`, with comments and order left as they are.

Belongs here: editing the file's text. What may stand in it is `job_etl.config.sources`'s.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from job_etl.config import sources
from job_etl.model import Board
from job_etl.paths import config_file, own_config_folder

_PLAIN = re.compile(r"[A-Za-z][\w.-]*")
_NOT_A_NAME = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def add_board(board: Board, file: Path | None = None) -> bool:
    """Add a board to `sources.yml`; false where it is there already.

    Without `file` it is one's own, which begins as a copy of the shipped one.

    Raises:
        ConfigError: the file is wrong, before or after.
    """
    file = file or _own_file()
    if any(known.name == board.name for known in sources.load(file).boards(board.source)):
        return False
    before = file.read_text(encoding="utf-8-sig")
    draft = file.with_name(f".{file.name}")
    draft.write_text(_with_board(before, board), encoding="utf-8")
    try:
        sources.load(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _own_file() -> Path:
    own = own_config_folder() / "sources.yml"
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(config_file("sources.yml").read_bytes())
    return own


def _with_board(text: str, board: Board) -> str:
    entry = _written(board)
    root = yaml.compose(text, yaml.SafeLoader)
    source = _value(root, board.source)
    boards = _value(source, "boards")
    if isinstance(boards, yaml.SequenceNode) and boards.value:
        return _appended(text, boards, entry)
    if isinstance(boards, yaml.ScalarNode) and boards.value:
        return _spliced(text, boards, f"[{_literal(boards.value)}, {entry}]")
    if isinstance(boards, yaml.Node):
        return _spliced(text, boards, f"[{entry}]")
    if isinstance(source, yaml.MappingNode) and source.value:
        if source.flow_style:
            return _spliced(text, source, f"boards: [{entry}], ", keep=1)
        indent = " " * source.start_mark.column
        return _spliced(text, source, f"boards: [{entry}]\n{indent}", keep=0)
    if isinstance(source, yaml.Node):
        return _spliced(text, source, f"{{boards: [{entry}]}}" if source.value != "" else f" {{boards: [{entry}]}}")
    if isinstance(root, yaml.MappingNode) and root.flow_style:
        return _spliced(text, root, f"{board.source}: {{boards: [{entry}]}}" + ", " * bool(root.value), keep=1)
    return f"{text.rstrip()}\n\n{board.source}:\n  boards:\n    - {entry}\n".lstrip("\n")


def _appended(text: str, boards: yaml.SequenceNode, entry: str) -> str:
    """The text with one more item at the end of a sequence."""
    last = boards.value[-1]
    end = last.end_mark.index
    if boards.flow_style:
        return f"{text[:end]}, {entry}{text[end:]}"
    # A block's end mark lies behind the comments that follow it; the item itself ends with its line.
    end = last.start_mark.index + len(text[last.start_mark.index : last.end_mark.index].rstrip())
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return f"{text[:line_end]}\n{' ' * boards.start_mark.column}- {entry}{text[line_end:]}"


def _spliced(text: str, node: yaml.Node, new: str, keep: int | None = None) -> str:
    """The text with `new` in the place of a node, or inside it after `keep` characters."""
    start, end = node.start_mark.index, node.end_mark.index
    if keep is None:
        return text[:start] + new + text[end:]
    return text[: start + keep] + new + text[start + keep :]


def _value(mapping: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = mapping.value if isinstance(mapping, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _written(board: Board) -> str:
    if not board.company and not board.params:
        return _literal(board.name)
    fields = {"board": board.name} | ({"company": board.company} if board.company else {})
    parts = [f"{name}: {_literal(value)}" for name, value in fields.items()]
    if board.params:
        parts.append(
            "params: {" + ", ".join(f"{name}: {_literal(value)}" for name, value in board.params.items()) + "}"
        )
    return "{" + ", ".join(parts) + "}"


def _literal(value: object) -> str:
    """A scalar as YAML reads it back: bare where that is safe, else as JSON, which YAML reads too."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_A_NAME:
        return value
    return json.dumps(value, ensure_ascii=False)
