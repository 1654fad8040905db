"""`crawl`, `land` and `sources`: what comes into the landing zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from job_etl import paths
from job_etl.cli.terminal import say, show_json, show_table
from job_etl.errors import ConfigError, PermanentError
from job_etl.model import Board, Outcome

Sources = Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; may be given again.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(crawl)
    app.command()(land)
    app.command()(sources)


def crawl(
    source: Sources = None,
    board: Annotated[
        list[str] | None, typer.Option("--board", "-b", help="Only this board, as `stripe` or `greenhouse/stripe`.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only boards that were not crawled lately.")] = False,
) -> None:
    """Crawl boards to the landing zone, and nothing else: no database is needed."""
    from job_etl.config.sources import load as load_config
    from job_etl.crawl import Progress
    from job_etl.crawl import crawl as crawl_boards
    from job_etl.landing import Landing

    def on_progress(progress: Progress) -> None:
        if progress.facts is None:
            say(f"{progress.board}: not due before {progress.due}")
        else:
            reason = f": {progress.facts.reason}" if progress.facts.reason else ""
            say(f"{progress.board}: {progress.facts.outcome}, {progress.facts.payloads} postings{reason}")

    config = load_config()
    crawls = crawl_boards(
        config,
        config.chosen(source or [], board or []),
        landing=Landing(paths.landing_url()),
        on_progress=on_progress,
        only_due=due,
    )
    short = [facts for facts in crawls if facts.outcome not in {Outcome.COMPLETE, Outcome.NOT_MODIFIED}]
    say(f"{len(crawls)} boards crawled, {len(short)} of them not in full. Next: job-etl run --no-crawl")
    if short:
        raise typer.Exit(1)


def land(
    files: Annotated[list[str], typer.Argument(help="Saved answers, the pages of one crawl; - is standard input.")],
    source: Annotated[str, typer.Option("--source", "-s", help="The source that the answers are from.")],
    board: Annotated[str, typer.Option("--board", "-b", help="The board, `all` for a feed that has none.")],
    collected_at: Annotated[
        str | None, typer.Option(help="When the provider said so, ISO 8601, UTC where it names no zone. Default: now.")
    ] = None,
    company: Annotated[
        str | None, typer.Option(help="The employer, for providers whose postings do not name it.")
    ] = None,
) -> None:
    """Land answers that somebody saved, as one complete crawl. Compressed files (.gz, .zst) are read too."""
    from job_etl.config.sources import load as load_config
    from job_etl.landing import Landing
    from job_etl.saved import land_files
    from job_etl.sources import SOURCES

    if source not in SOURCES:
        raise ConfigError(f"there is no source {source!r} (known: {', '.join(SOURCES)})")
    configured = next((known for known in load_config().boards(source) if known.name == board), None)
    facts = land_files(
        Landing(paths.landing_url()),
        SOURCES[source],
        Board(
            source,
            board,
            company or (configured.company if configured else None),
            configured.params if configured else {},
        ),
        files,
        collected_at=_time(collected_at),
    )
    say(f"{source}/{board}: {facts.payloads} postings landed. Next: job-etl run --no-crawl")


def sources(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """What is configured, what each source needs, and when each last worked."""
    from job_etl.config.sources import load as load_config
    from job_etl.health import source_health
    from job_etl.landing import Landing

    health = source_health(load_config(), Landing(paths.landing_url()))
    if as_json:
        show_json([entry.as_dict() for entry in health])
        return
    show_table(
        ["source", "state", "boards", "needs", "last good crawl", "postings", "last trouble"],
        [
            (
                entry.source,
                entry.state,
                entry.boards,
                ", ".join(entry.needs),
                entry.last_good and f"{entry.last_good:%Y-%m-%d %H:%M}",
                entry.postings,
                entry.last_trouble,
            )
            for entry in health
        ],
        numbers=["boards", "postings"],
    )


def _time(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise PermanentError(f"--collected-at {text}: not a time (write 2026-11-24T07:00:00Z)") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
