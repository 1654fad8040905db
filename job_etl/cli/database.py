"""`db`: the database that the other commands work in."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from job_etl import paths
from job_etl.cli.terminal import confirmed, say
from job_etl.errors import PermanentError

app = typer.Typer(help="The database: where it is, a prompt in it, and its end.", no_args_is_help=True)


@app.command()
def url() -> None:
    """Print the database's URL; the embedded server's without its password, which lies in a file that libpq reads."""
    from job_etl.embedded import acquire
    from job_etl.warehouse.connect import database_url, is_embedded

    if is_embedded():
        with acquire(paths.home()) as lease:
            say(lease.public_url)
    else:
        say(database_url())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql in the database; further arguments are psql's own, such as `-c 'select 1'`."""
    import subprocess

    from job_etl.embedded import acquire, psql_command
    from job_etl.warehouse.connect import database_url, is_embedded

    if is_embedded():
        with acquire(paths.home()):
            command, environment = psql_command(paths.home())
            done = subprocess.run([*command, *context.args], env=os.environ | environment)  # noqa: S603
            raise typer.Exit(done.returncode)
    try:
        os.execvp("psql", ["psql", database_url(), *context.args])  # noqa: S606, S607
    except FileNotFoundError as error:
        raise PermanentError("psql is not installed here: install your system's PostgreSQL client") from error


@app.command()
def stop() -> None:
    """Stop the embedded server now, whoever uses it."""
    from job_etl.embedded import stop as stop_server
    from job_etl.warehouse.connect import is_embedded

    _only_embedded(is_embedded(), "stop")
    stop_server(paths.home())
    say("stopped")


@app.command()
def reset(
    landing: Annotated[bool, typer.Option("--landing", help="Delete the landing zone as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete the embedded database. The landing zone stays, and `job-etl run --no-crawl` builds all of it again."""
    import shutil

    from job_etl.embedded import destroy
    from job_etl.warehouse.connect import is_embedded

    _only_embedded(is_embedded(), "delete")
    zone = paths.landing_url()
    what = f"the database in {paths.home()}" + (f" and the landing zone {zone}" if landing else "")
    if not confirmed(f"Delete {what}?", yes=yes):
        raise typer.Exit(1)
    if landing and "://" in zone:
        raise PermanentError(f"the landing zone {zone} is not a local folder: delete it with its own tools")
    destroy(paths.home())
    if landing:
        shutil.rmtree(zone, ignore_errors=True)
    say("deleted")


def _only_embedded(embedded: bool, verb: str) -> None:
    if not embedded:
        raise PermanentError(f"the database is configured by the environment: {verb} it where it runs")
