"""The command `job-etl`.

Belongs here: arguments, calls and what is printed. Commands import what they need when they run, so that `--help`
and the quick ones do not wait for Dagster.
"""

from __future__ import annotations

import sys

import typer

from job_etl.cli import boards, crawling, database, running, showing
from job_etl.cli.terminal import complain
from job_etl.errors import JobEtlError

app = typer.Typer(
    name="job-etl",
    help="Crawls job boards, keeps every posting, and ranks what is open for you.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (running, crawling, showing):
    commands.register(app)
app.add_typer(boards.app, name="boards")
app.add_typer(database.app, name="db")


def main() -> None:
    """Run the command; a failure meant for a person is one line and exit status 1."""
    try:
        app()
    except JobEtlError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough: `job-etl top | head`
        sys.exit(0)
