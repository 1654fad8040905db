"""`boards`: the health of each, adding one by its address, and believing one that lost most of its postings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from job_etl import paths
from job_etl.cli.arguments import AsJson, SourceNames
from job_etl.cli.terminal import minute, say, show_json, show_table
from job_etl.model import Outcome

app = typer.Typer(no_args_is_help=True, help="Boards: their health, adding one, confirming what is gone from one.")


@app.command("list")
def list_boards(source: SourceNames = None, as_json: AsJson = False) -> None:
    """How each board's newest crawl ended, when it was last good, and when it is due."""
    from job_etl.boards import board_health
    from job_etl.config.sources import load as load_config
    from job_etl.landing import Landing

    config = load_config()
    health = list(board_health(config, Landing(paths.landing_url()), config.chosen(source or [])))
    if as_json:
        show_json([board.as_dict() for board in health])
        return
    now = datetime.now(UTC)
    show_table(
        ["board", "newest crawl", "last good", "postings", "rejects", "failures", "next due", "why not"],
        [
            (
                f"{board.source}/{board.board}",
                board.outcome or "never",
                minute(board.last_good),
                board.postings,
                board.rejects or None,
                board.failures or None,
                minute(board.due) if board.due and board.due > now else "now",
                board.why_not,
            )
            for board in health
        ],
        numbers=["postings", "rejects", "failures"],
    )


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A careers page, such as https://jobs.lever.co/acme.")],
    company: Annotated[
        str | None, typer.Option(metavar="NAME", help="The employer, where its postings do not name it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which board it is.")] = False,
) -> None:
    """Recognise the board behind a careers page and add it to your sources.yml.

    The page may be an applicants' system's, or the employer's own where it embeds or links to one.
    """
    from job_etl.careers import recognise
    from job_etl.config.adding import add_board
    from job_etl.config.sources import load as load_config
    from job_etl.sites import client_for

    config = load_config()
    with client_for(config) as client:
        board = replace(recognise(url, client), company=company)
    if board.name in {known.name for known in config.boards(board.source)}:
        say(f"{board} is there already")
    elif dry_run:
        say(f"{board} would be added")
    else:
        add_board(board)
        say(f"{board} added. Next: job-etl crawl --source {board.source} --board {board.name}")


@app.command()
def confirm(
    board: Annotated[str, typer.Argument(help="The board, as `greenhouse/acme`.")],
) -> None:
    """Crawl a board now and believe it, though most of its postings are gone: they will be closed."""
    from job_etl.config.sources import load as load_config
    from job_etl.crawl import crawl
    from job_etl.landing import Landing

    config = load_config()
    landing = Landing(paths.landing_url())
    crawls = crawl(config, config.chosen(boards=[board]), landing=landing, trusting=True)
    for facts in crawls:
        reason = f": {facts.reason}" if facts.reason else ""
        say(f"{facts.source}/{facts.board}: {facts.outcome}, {facts.payloads} postings{reason}")
    if any(facts.outcome not in {Outcome.COMPLETE, Outcome.NOT_MODIFIED} for facts in crawls):
        raise typer.Exit(1)
