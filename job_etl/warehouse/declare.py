"""Writes `catalogue.json`, the declared catalogue: `python -m job_etl.warehouse.declare`, after a change to `sql/`.

Belongs here: making a scratch database on the configured server, which needs the right to do so, and dropping it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from psycopg import sql

from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.catalogue import DECLARED, read
from job_etl.warehouse.connect import connect, owner_database_url

_SCRATCH = "job_etl_declared"


def main() -> None:
    """Bootstrap an empty database and write down its catalogue."""
    with scratch_database(owner_database_url()) as url:
        bootstrap(url)
        with connect(url) as connection:
            catalogue = read(connection)
    DECLARED.write_text(json.dumps(catalogue, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The URL of a new, empty database on the server of `url`, dropped at the end."""
    name = sql.Identifier(_SCRATCH)
    with connect(url) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(name))
        yield urlunsplit(urlsplit(url)._replace(path=f"/{_SCRATCH}"))
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


if __name__ == "__main__":
    main()
