"""Reading a YAML file into a model, with every mistake told by the key it is at.

Belongs here: what all configuration files share. What may stand in one is its own module's.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from job_etl.errors import ConfigError

_BOOLEAN = "tag:yaml.org,2002:bool"
_Model = TypeVar("_Model", bound=BaseModel)


class Entry(BaseModel):
    """A part of a configuration file, which may hold the declared keys and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; None where it is empty.

    Raises:
        ConfigError: it cannot be read, is not YAML, or repeats a key.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name}: {path} is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path.name}{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path.name}: {error}") from None


def parsed(model: type[_Model], value: Any, *, file: Path, at: str = "") -> _Model:
    """`value` as a `model`; `at` is the key of the file under which it stands.

    Raises:
        ConfigError: one line for each mistake, which begins with the file and the key.
    """
    try:
        return model.model_validate({} if value is None else value)
    except ValidationError as error:
        lines = [f"{file.name}: {_line(model, mistake, at)}" for mistake in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def unknown(name: str, known: Iterable[str], kind: str = "key") -> str:
    """What is said of a name that nobody knows: what may have been meant, and what is allowed."""
    allowed = sorted(known)
    near = difflib.get_close_matches(name, allowed, n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    return f"unknown {kind}{hint} (allowed: {', '.join(allowed)})"


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is a mistake, and `no` is a word: Norway, not false (as in YAML 1.2)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile("(?:true|false)$", re.IGNORECASE), list("tTfF"))


def _line(model: type[BaseModel], mistake: ErrorDetails, at: str) -> str:
    place = at
    for part in mistake["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    if mistake["type"] == "extra_forbidden":
        said = unknown(str(mistake["loc"][-1]), _allowed(model, mistake["loc"][:-1]))
    elif mistake["type"] == "missing":
        said = "is missing"
    elif mistake["type"] == "value_error":
        said = str(mistake["ctx"]["error"])
    else:
        written = repr(mistake["input"])
        said = f"{mistake['msg'].removeprefix('Input ')}, not {written if len(written) <= 60 else written[:57] + '...'}"
    return f"{place}: {said}" if place else said


def _allowed(model: type[BaseModel], loc: tuple[int | str, ...]) -> Iterable[str]:
    """The keys that may stand at a place inside a model."""
    found: list[type[BaseModel]] = [model]
    for part in loc:
        if isinstance(part, str):
            fields = [kind.model_fields[part].annotation for kind in found if part in kind.model_fields]
            found = [inner for field in fields for inner in _models(field)]
    return {name for kind in found for name in kind.model_fields}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        return [model for inner in typing.get_args(annotation) for model in _models(inner)]
    return []
