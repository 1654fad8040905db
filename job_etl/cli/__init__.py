"""The command `job-etl`.

Belongs here: arguments, calls and what is printed. Commands import what they need when they run, so that `--help`
and the quick ones do not wait for Dagster.

    Exit status: 0 done; 1 not done, or not all of it; 2 called wrongly; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from job_etl import paths
from job_etl.cli import (
    archiving,
    benchmarks,
    boards,
    crawling,
    database,
    operations,
    replaying,
    running,
    showing,
    sources,
)
from job_etl.cli.terminal import complain, say
from job_etl.errors import JobEtlError

_INTERRUPTED = 130  # 128 + SIGINT, as shells say it and Typer makes of a KeyboardInterrupt

app = typer.Typer(
    name="job-etl",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="First steps: job-etl demo · then job-etl boards add URL, job-etl run, job-etl top, job-etl dev",
)
for commands in (running, crawling, replaying, showing, operations, benchmarks):
    commands.register(app)
app.add_typer(sources.app, name="sources", rich_help_panel="What comes in")
app.add_typer(boards.app, name="boards", rich_help_panel="What comes in")
app.add_typer(database.app, name="db", rich_help_panel="Where it lies")
app.add_typer(archiving.app, name="archive", rich_help_panel="Where it lies")


@app.callback(invoke_without_command=True)
def job_etl(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Crawls job boards, keeps every posting, and ranks what is open for you."""
    if version:
        from job_etl import __version__

        say(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command; what goes wrong is one line on standard error and never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal's encoding lacks is no reason to fail
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(_status())


def _status() -> int:
    try:
        status = int(app(standalone_mode=False) or 0)
        sys.stdout.flush()
        if status == _INTERRUPTED:
            complain("interrupted; what was finished stays, and the same command goes on from there")
        return status
    except JobEtlError as error:
        complain(str(error))
    except typer.TyperException as error:
        if message := error.format_message():
            usage = getattr(error, "ctx", None)
            complain(f"{message.rstrip('.')}. See: {usage.command_path if usage else 'job-etl'} --help")
        return error.exit_code
    except typer.Abort:
        return _INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough: job-etl top | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        _explain_fault(error)
    return 1


def _explain_fault(error: Exception) -> None:
    what = ": ".join(filter(None, [type(error).__name__, next(iter(str(error).splitlines()), "")]))
    trace = "".join(traceback.format_exception(error))
    for folder in (paths.home() / "logs", Path(tempfile.gettempdir())):
        log = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.log"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            log.write_text(trace, encoding="utf-8")
            complain(f"unexpected {what}; where it happened stands in {log}")
            return
    complain(f"unexpected {what}")
