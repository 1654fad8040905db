"""The schema as a whole: taking it away, so that it can be restored or built again."""

from __future__ import annotations

from job_etl.errors import PermanentError
from job_etl.warehouse.bootstrap import bootstrap
from job_etl.warehouse.catalogue import declared_catalogue
from job_etl.warehouse.connect import connect

_SCHEMAS = "raw, staging, marts, ops"


def is_empty(url: str) -> bool:
    """Whether a database holds no data of ours: nothing was ever loaded into it, or it is not set up."""
    with connect(url) as connection:
        if connection.execute("select to_regclass('raw.crawls')").fetchone() == (None,):
            return True
        return connection.execute("select exists (select from raw.crawls)").fetchone() == (False,)


def drop(url: str) -> None:
    """Drop the schema and everything in it. The roles that its grants name stay, and are made where they are missing.

    Raises:
        PermanentError: the role is not the owner.
        TransientError: somebody has been using the tables for a minute.
    """
    bootstrap(url)
    functions = [
        name.removeprefix("function ")
        for name in declared_catalogue()
        if name.startswith("function public.") and name.endswith(")")
    ]
    with connect(url) as connection, connection.transaction():
        owned = "select pg_has_role(nspowner, 'member') from pg_namespace where nspname = 'raw'"
        if connection.execute(owned).fetchone() != (True,):
            raise PermanentError("only the owner of the schema may drop it: set JOB_ETL_OWNER_DATABASE_URL")
        connection.execute(f"drop schema {_SCHEMAS} cascade")
        connection.execute(f"drop function if exists {', '.join(functions)} cascade")
