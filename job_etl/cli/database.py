"""`db`: the database that the other commands work in."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl import paths
from job_etl.cli.terminal import confirmed, say
from job_etl.errors import PermanentError

if TYPE_CHECKING:
    import psycopg

app = typer.Typer(no_args_is_help=True)


@app.callback()
def database() -> None:
    """The database: where it is, a prompt in it, and its end.

    Without a setting it is an embedded PostgreSQL in .job_etl/, there as long as a command uses it. Set
    JOB_ETL_DATABASE_URL, or POSTGRES_HOST and its like, to use a server of your own.
    """


@app.command()
def url(
    password: Annotated[bool, typer.Option("--password", help="With the password, for programs that need it.")] = False,
) -> None:
    """Print the database's URL, without its password; psql and libpq find the embedded server's in a file it names."""
    from job_etl.warehouse.connect import database_url

    say(database_url() if password else public_url())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql in the database; further arguments are psql's own, such as -c 'select 1'."""
    from job_etl.embedded import acquire, psql_command
    from job_etl.warehouse.connect import is_embedded

    # Ctrl-C is psql's: it ends a query and not the prompt. A handler and not SIG_IGN, which psql would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    if is_embedded():
        with acquire(paths.home()):
            command, environment = psql_command(paths.home())
            done = subprocess.run([*command, *context.args], env=environment)  # noqa: S603
    else:
        command, environment = _configured_psql()
        done = subprocess.run([*command, *context.args], env=environment)  # noqa: S603
    raise typer.Exit(done.returncode)


@app.command()
def stop() -> None:
    """Stop the embedded server now, whoever uses it; the next command starts it again."""
    from job_etl.embedded import stop as stop_server

    _refuse_configured("stop")
    say("stopped" if stop_server(paths.home()) else "it was not running")


@app.command()
def reset(
    landing: Annotated[bool, typer.Option("--landing", help="Delete the landing zone as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete the embedded database. The landing zone stays: job-etl run --no-crawl builds all of it again."""
    import shutil

    from job_etl.embedded import destroy

    _refuse_configured("delete")
    zone = paths.landing_url()
    if landing and "://" in zone:
        raise PermanentError(f"the landing zone {zone} is not a local folder: delete it with its own tools")
    what = f"the database in {paths.home()}" + (f" and the landing zone {zone}" if landing else "")
    if not confirmed(f"Delete {what}?", yes=yes):
        raise typer.Exit(1)
    destroy(paths.home())
    if landing:
        shutil.rmtree(zone, ignore_errors=True)
    say("deleted")


@contextmanager
def filled() -> Iterator[psycopg.Connection]:
    """A connection to a database that has something to show.

    Raises:
        JobEtlError: it cannot be reached, or no run has set it up yet.
    """
    from job_etl.warehouse.connect import connect

    with connect() as connection:
        if not is_set_up(connection):
            raise PermanentError("nothing has been loaded yet. Next: job-etl run, or job-etl demo")
        yield connection


def is_set_up(connection: psycopg.Connection) -> bool:
    """Whether a run has made the tables."""
    return connection.execute("select to_regclass('marts.fact_jobs') is not null").fetchone() == (True,)


def public_url() -> str:
    """The database's URL without a password, to be shown.

    Raises:
        JobEtlError: a setting cannot be read, or the embedded server does not start.
    """
    from job_etl.embedded import acquire
    from job_etl.warehouse.connect import database_url, is_embedded

    if is_embedded():
        with acquire(paths.home()) as lease:
            return lease.public_url
    return _parted(database_url())[0]


def _parted(url: str) -> tuple[str, str | None]:
    """A URL, or libpq's `name=value …`, and the password that stood in it."""
    from urllib.parse import urlsplit, urlunsplit

    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parameters = conninfo_to_dict(url)
    password = parameters.pop("password", None)
    if password is None:
        return url, None
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    bare = urlunsplit(parts._replace(netloc=login.partition(":")[0] + at + place))
    if not parts.scheme or "password" in conninfo_to_dict(bare):  # it stood in the query
        bare = make_conninfo(**{name: str(value) for name, value in parameters.items()})
    return bare, str(password)


def _configured_psql() -> tuple[list[str], dict[str, str]]:
    """psql on the configured server: the machine's own where there is one. The password is not for `ps` to show."""
    import shutil

    from job_etl.embedded import binaries
    from job_etl.warehouse.connect import database_url

    url, password = _parted(database_url())
    program = shutil.which("psql") or str(binaries.installed() / "psql")
    return [program, url], os.environ | ({"PGPASSWORD": password} if password else {})


def _refuse_configured(verb: str) -> None:
    from job_etl.warehouse.connect import is_embedded

    if not is_embedded():
        raise PermanentError(f"the database is configured by the environment: {verb} it where it runs")
