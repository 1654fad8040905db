"""What the assets are given to work with; everything is resolved when a run starts, nothing at import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psycopg

from job_etl import paths
from job_etl.landing import Landing
from job_etl.warehouse.connect import connect, database_url, owner_database_url


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The Postgres database, found by the environment (see `warehouse.connect`); no password is configuration."""

    def url(self) -> str:
        """The URL that the pipeline works with."""
        return database_url()

    def owner_url(self) -> str:
        """The URL of the schema's owner, for the bootstrap."""
        return owner_database_url()

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """A connection, closed at the end of the block."""
        with connect(self.url()) as connection:
            yield connection


class LandingZone(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The landing zone; `url` is a path or fsspec URL, empty for the default of `paths.landing_url`."""

    url: str = ""

    def open(self) -> Landing:
        """The landing zone itself."""
        return Landing(self.url or paths.landing_url())


class ExportFolder(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder that exports are written to, empty for the default of `paths.exports_folder`."""

    folder: str = ""

    def path(self) -> Path:
        """The folder's path."""
        return Path(self.folder) if self.folder else paths.exports_folder()
