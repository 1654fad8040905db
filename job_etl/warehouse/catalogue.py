"""The live catalogue against the declared one.

Belongs here: reading what a database's schema is, and naming where that differs from what `sql/` declares. The
declared catalogue is `catalogue.json`: what a bootstrap of an empty database gives, kept in the repository so that a
database can be compared where none may be created. `python -m job_etl.warehouse.declare` writes it anew; a test says
when it is stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import psycopg

from job_etl.warehouse.connect import connect, load_sql

DECLARED = Path(__file__).with_name("catalogue.json")

Catalogue = dict[str, str]
"""Objects by name, such as `table raw.crawls column board`, with the definition of each."""


def differences(url: str) -> list[str]:
    """Every difference between a live database and what `sql/` declares, one readable line each.

    Compared are schemas, tables, columns with type, nullability and default, keys, checks, foreign keys, indexes,
    triggers, views, functions, and the two roles with what they and everybody may do. What is missing or not declared
    as a whole is named once, without its parts. Objects of others in `public` are theirs.

    Raises:
        JobEtlError: the database cannot be reached.
    """
    with connect(url) as connection:
        live = read(connection)
    declared = declared_catalogue()
    if not any(name in live for name in declared if name.startswith("table ")):
        return ["the schema is not set up"]
    others = {name for name in live.keys() - declared.keys() if not name.startswith("function public.")}
    return [
        *(f"{name} is missing, declared is: {declared[name]}" for name in _outermost(declared.keys() - live.keys())),
        *(f"{name} is not declared: {live[name]}" for name in _outermost(others)),
        *(
            f"{name} is: {live[name]}, declared is: {declared[name]}"
            for name in sorted(declared.keys() & live.keys())
            if live[name] != declared[name]
        ),
    ]


def read(connection: psycopg.Connection) -> Catalogue:
    """The catalogue of a database, as far as it is this schema's business."""
    with connection.transaction():
        # Definitions name a schema only where it is not on the search path.
        connection.execute("set local search_path to ''")
        return dict(connection.execute(load_sql("catalogue.sql")).fetchall())


@cache
def declared_catalogue() -> Catalogue:
    """The catalogue that `sql/` makes of an empty database."""
    catalogue: Catalogue = json.loads(DECLARED.read_text(encoding="utf-8"))
    return catalogue


def declared_objects(connection: psycopg.Connection) -> list[str]:
    """The declared tables, views and functions that a database holds."""
    kinds = ("table raw.", "table staging.", "table marts.", "view ", "function ")
    return _outermost(name for name in declared_catalogue().keys() & read(connection).keys() if name.startswith(kinds))


def _outermost(names: Iterable[str]) -> list[str]:
    """The names, sorted, without the parts of another."""
    outermost: list[str] = []
    for name in sorted(names):
        if not outermost or not name.startswith(f"{outermost[-1]} "):
            outermost.append(name)
    return outermost
