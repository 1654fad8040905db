"""`crawl` and `land`: what comes into the landing zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl import paths
from job_etl.cli.arguments import AsJson, SourceNames
from job_etl.cli.terminal import minute, note, say, show_json, show_table, warn
from job_etl.errors import ConfigError
from job_etl.model import Board, Outcome

if TYPE_CHECKING:
    from job_etl.crawl import Progress
    from job_etl.landing import CrawlFacts

_GOOD = {Outcome.COMPLETE, Outcome.NOT_MODIFIED}
_CLOCKS_DIFFER = timedelta(minutes=5)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (crawl, land):
        app.command(rich_help_panel="What comes in")(command)


def crawl(
    source: SourceNames = None,
    board: Annotated[
        list[str] | None,
        typer.Option("--board", "-b", metavar="NAME", help="Only this board, as stripe or greenhouse/stripe."),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Leave out boards that were crawled lately.")] = False,
    as_json: AsJson = False,
) -> None:
    """Crawl boards to the landing zone, and nothing else: no database is needed.

    Which boards there are stands in sources.yml; job-etl boards add URL adds one. With one source named, a board needs
    not stand there. The exit status is 1 where a board could not be read in full.
    """
    from job_etl.config.sources import load as load_config
    from job_etl.crawl import crawl as crawl_boards
    from job_etl.landing import Landing

    config = load_config()
    boards = config.chosen(source or [], board or [])
    if not boards:
        raise ConfigError(f"there is no board to crawl in {config.file}: job-etl boards add URL adds one")
    crawls = crawl_boards(
        config, boards, landing=Landing(paths.landing_url()), on_progress=_tell_of_board, only_due=due
    )
    short = sum(facts.outcome not in _GOOD for facts in crawls)
    if as_json:
        show_json([asdict(facts) for facts in crawls])
    else:
        _show(crawls)
        later = f", {len(boards) - len(crawls)} not due yet" if len(boards) > len(crawls) else ""
        say(f"{len(crawls)} boards crawled, {short} of them not in full{later}. Next: job-etl run --no-crawl")
    if short:
        raise typer.Exit(1)


def land(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Saved answers, the pages of one crawl in order; - is standard input."),
    ],
    source: Annotated[str, typer.Option("--source", "-s", metavar="NAME", help="The source the answers are from.")],
    board: Annotated[
        str, typer.Option("--board", "-b", metavar="NAME", help="The board; all for a feed that has none.")
    ],
    collected_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When the provider said so, ISO 8601, UTC without a zone.  [default: now]"),
    ] = None,
    company: Annotated[
        str | None, typer.Option(metavar="NAME", help="The employer, where the postings do not name it.")
    ] = None,
) -> None:
    """Land answers that somebody saved, as one complete crawl of a board at one time.

    A file is the exact bytes of a provider's answer, .gz and .zst too. As the crawl is complete, postings of the board
    that are not in it are closed. For example:

    curl -s https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true | job-etl land -s greenhouse -b acme -
    """
    from job_etl.config.sources import load as load_config
    from job_etl.landing import Landing
    from job_etl.saved import land_files
    from job_etl.sources import SOURCES

    config = load_config()
    config.chosen([source])  # refuses an unknown name
    known = next((known for known in config.boards(source) if known.name == board), Board(source, board))
    saved = land_files(
        Landing(paths.landing_url()),
        SOURCES[source],
        Board(source, board, company or known.company, known.params),
        files,
        collected_at=_time(collected_at),
    )
    if saved.without_id:
        warn(f"{saved.without_id} of them without an id: they will be rejected, with the reason")
    if saved.repeated:
        warn(f"{saved.repeated} of them repeat the id of another: the last of each counts")
    say(f"{source}/{board}: {saved.facts.payloads} postings landed. Next: job-etl run --no-crawl")


def _tell_of_board(progress: Progress) -> None:
    board = f"[{progress.done}/{progress.total}] {progress.board}"
    if progress.facts is None:
        note(f"{board}: not due before {minute(progress.due)}")
    else:
        reason = f": {progress.facts.reason}" if progress.facts.reason else ""
        note(f"{board}: {progress.facts.outcome}, {progress.facts.payloads} postings{reason}")


def _show(crawls: Sequence[CrawlFacts]) -> None:
    """What came of each source's boards, a line a source."""
    if not crawls:
        return
    outcomes = [outcome for outcome in Outcome if any(facts.outcome is outcome for facts in crawls)]
    named = [str(outcome).replace("_", " ") for outcome in outcomes]
    rows = []
    for source in sorted({facts.source for facts in crawls}):
        own = [facts for facts in crawls if facts.source == source]
        counted = Counter(facts.outcome for facts in own)
        rows.append(
            (
                source,
                len(own),
                *(counted[outcome] or None for outcome in outcomes),
                sum(facts.payloads for facts in own),
                sum(facts.rejects or 0 for facts in own) or None,
                sum(facts.requests for facts in own),
                f"{sum(facts.received_bytes for facts in own) / 1e6:.1f}",
            )
        )
    columns = ["source", "boards", *named, "postings", "rejects", "requests", "MB"]
    show_table(columns, rows, numbers=columns[1:])


def _time(text: str | None) -> datetime:
    option, now = "'--collected-at'", datetime.now(UTC)
    if text is None:
        return now
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-11-24T07:00:00Z", param_hint=option) from error
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time > now + _CLOCKS_DIFFER:
        raise typer.BadParameter(f"{text} is in the future", param_hint=option)
    return time
