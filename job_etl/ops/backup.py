"""Backups of the warehouse: making, keeping and restoring them.

A backup is a folder named by its time with two files: `warehouse.dump`, pg_dump's custom format, and `manifest.json`,
which is written last: it has the dump's checksum, the rows and a checksum of every table in the dump's snapshot, and
the crawls that lie in the landing zone. Dagster's own storage is not in it: it is history of runs, not data.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from job_etl import paths
from job_etl.errors import PermanentError
from job_etl.landing import Landing, crawl_key
from job_etl.ops import programs, schema
from job_etl.warehouse.bootstrap import bootstrap, schema_version
from job_etl.warehouse.connect import connect

_DUMP = "warehouse.dump"
_MANIFEST = "manifest.json"


def backups_url() -> str:
    """Where backups are kept: `JOB_ETL_BACKUPS_URL` (a path, `s3://…`, `gs://…`), else a folder of `home()`."""
    return os.environ.get("JOB_ETL_BACKUPS_URL") or str(paths.home() / "backups")


class Table(msgspec.Struct, frozen=True):
    """The state of a table: its rows, and the sum of their hashes, which no order of rows changes."""

    rows: int
    checksum: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. `crawls` are the keys in the landing zone when it was made; `bytes` is the dump's size."""

    made_at: datetime
    schema_version: str
    server_version: str
    sha256: str
    bytes: int
    tables: dict[str, Table]
    landing: str
    crawls: list[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back; `missing` are crawls of the backup that the landing zone does not have."""

    name: str
    rows: int
    missing: list[str]


class Store:
    """The place of the backups, a path or fsspec URL (`/var/lib/backups`, `s3://bucket/backups`)."""

    def __init__(self, root: str) -> None:
        try:
            self._fs, self._root = fsspec.core.url_to_fs(root)
        except ImportError as error:
            raise PermanentError(f"the backups in {root} need an extra: {error}") from error
        self.url = root

    def names(self) -> list[str]:
        """The complete backups, the newest first."""
        found = self._fs.glob(f"{self._root}/*/{_MANIFEST}")
        return sorted((path.rsplit("/", 2)[-2] for path in found), reverse=True)

    def manifest(self, name: str) -> Manifest:
        """What a backup holds.

        Raises:
            PermanentError: there is no such backup, or its manifest is damaged.
        """
        try:
            return msgspec.json.decode(self._fs.cat_file(f"{self._root}/{name}/{_MANIFEST}"), type=Manifest)
        except FileNotFoundError:
            raise PermanentError(f"there is no backup {name} in {self.url}") from None
        except msgspec.DecodeError as error:
            raise PermanentError(f"the manifest of backup {name} is damaged: {error}") from error

    def put(self, name: str, dump: Path, manifest: Manifest) -> None:
        """Store a backup, the manifest last."""
        folder = f"{self._root}/{name}"
        self._fs.makedirs(folder, exist_ok=True)
        self._fs.put_file(str(dump), f"{folder}/{_DUMP}")
        self._fs.pipe_file(f"{folder}/{_MANIFEST}", msgspec.json.format(msgspec.json.encode(manifest), indent=1))

    @contextmanager
    def dump(self, name: str) -> Iterator[Path]:
        """A backup's dump as a local file, checked against its manifest.

        Raises:
            PermanentError: it is damaged.
        """
        with _scratch() as folder:
            file = folder / _DUMP
            self._fs.get_file(f"{self._root}/{name}/{_DUMP}", str(file))
            if _sha256(file) != self.manifest(name).sha256:
                raise PermanentError(f"the dump of backup {name} is damaged: its checksum is not the manifest's")
            yield file

    def keep(self, count: int) -> list[str]:
        """Delete all but the newest backups, and the remains of those that were never finished; returns the names."""
        complete = self.names()
        kept, newest = set(complete[:count]), complete[0] if complete else ""
        there = sorted(path.rsplit("/", 1)[-1] for path in self._fs.ls(self._root, detail=False))
        doomed = [name for name in there if name not in kept and name < newest]
        for name in doomed:
            self._fs.rm(f"{self._root}/{name}", recursive=True)
        return doomed


def back_up(
    url: str, store: Store, landing: Landing, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> str:
    """Back up a database, read the dump through once, and store it; returns the backup's name.

    Raises:
        PermanentError: the schema is not set up, a privilege is missing, or the place cannot be written.
        TransientError: the server is not there.
    """
    made_at = now()
    name = f"{made_at:%Y%m%dT%H%M%SZ}"
    with _scratch() as folder:
        dump = folder / _DUMP
        with connect(url, application_name="job-etl backup") as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            version = schema_version(connection)
            if version is None:
                raise PermanentError("the schema is not set up: there is nothing to back up")
            snapshot = connection.execute("select pg_export_snapshot()").fetchone() or ("",)
            tables = _states(connection)
            programs.run("pg_dump", "--format=custom", f"--snapshot={snapshot[0]}", f"--file={dump}", url=url)
            server = connection.info.parameter_status("server_version") or ""
        programs.run("pg_restore", "--file=/dev/null", str(dump))  # reads and unpacks all of it
        manifest = Manifest(
            made_at=made_at,
            schema_version=version,
            server_version=server,
            sha256=_sha256(dump),
            bytes=dump.stat().st_size,
            tables=tables,
            landing=landing.url,
            crawls=[crawl_key(file) for file in landing.crawls()],
        )
        try:
            store.put(name, dump, manifest)
        except OSError as error:
            raise PermanentError(f"cannot write the backup to {store.url}: {error.strerror or error}") from error
    return name


def restore(url: str, store: Store, name: str, landing: Landing, *, replace: bool = False) -> Restored:
    """Restore a backup into a database as its owner, compare every table with the manifest, and bring the schema to
    the newest revision.

    Raises:
        PermanentError: the database holds data and `replace` is not said, the backup is damaged, or a table came back
            other than it was.
        TransientError: the server is not there.
    """
    manifest = store.manifest(name)
    if not replace and not schema.is_empty(url):
        raise PermanentError("the database holds data: say --replace to have it replaced by the backup")
    with store.dump(name) as dump:
        schema.drop(url)
        options = ["--exit-on-error", "--single-transaction", "--no-owner"]
        database = conninfo_to_dict(url).get("dbname") or ""
        programs.run("pg_restore", *options, f"--dbname={database}", str(dump), url=url)
    with connect(url) as connection:
        found = _states(connection)
        connection.execute("analyze")
    if wrong := [table for table, state in manifest.tables.items() if found.get(table) != state]:
        raise PermanentError(f"restored, but not as it was: {', '.join(wrong)} differ from the backup's manifest")
    bootstrap(url)
    there = {crawl_key(file) for file in landing.crawls()}
    return Restored(
        name, sum(table.rows for table in found.values()), [key for key in manifest.crawls if key not in there]
    )


def _states(connection: psycopg.Connection) -> dict[str, Table]:
    query = Path(__file__).parent.joinpath("sql", "tables.sql").read_text(encoding="utf-8")
    names = [str(row[0]) for row in connection.execute(query)]
    return {name: _state(connection, name) for name in names}


def _state(connection: psycopg.Connection, name: str) -> Table:
    counted = "select count(*), coalesce(sum(hashtextextended(row_of::text, 0)), 0)::text from {} as row_of"
    table = sql.SQL(".").join(map(sql.Identifier, name.replace('"', "").split(".")))
    rows, checksum = connection.execute(sql.SQL(counted).format(table)).fetchone() or (0, "")
    return Table(rows, checksum)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for files as large as the database: not in /tmp, which may be memory."""
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=home, prefix="backup-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
