"""The registry of sources: every module of this package that defines a `Source` is one.

Belongs here: finding them. A new source is one module beside this one and no edit here.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module

from job_etl.sources.base import Source


class _Registry(Mapping[str, Source]):
    """Sources by name, in the order of their names; the modules are imported when the first one is asked for."""

    @cached_property
    def _sources(self) -> dict[str, Source]:
        modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
        found = [
            kind()
            for module in modules
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if kind.__module__ == module.__name__ and issubclass(kind, Source) and not inspect.isabstract(kind)
        ]
        return {source.name: source for source in sorted(found, key=lambda source: source.name)}

    def __getitem__(self, name: str) -> Source:
        return self._sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


SOURCES: Mapping[str, Source] = _Registry()
