"""`top`, `explain`, `history`, `rejects` and `status`: what is in the database, and why it is so."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from job_etl.cli.arguments import AsJson, Count, SourceNames
from job_etl.cli.terminal import minute, printable, say, show_json, show_table
from job_etl.errors import JobEtlError, PermanentError

if TYPE_CHECKING:
    from job_etl.ranking import Ranked


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (top, explain, history, rejects, status):
        app.command(rich_help_panel="What came out")(command)


def top(count: Count = 20, as_json: AsJson = False) -> None:
    """The best open jobs for your profile, each once, with the strongest reasons.

    What "best" means stands in ranking.yml: weights and your profile. Changed it? job-etl run --no-crawl scores anew.
    """
    from job_etl import ranking
    from job_etl.cli.database import filled

    with filled() as connection:
        jobs = ranking.top(connection, count)
    if as_json:
        show_json([as_dict(job) for job in jobs])
    elif jobs:
        show_ranked(jobs)
    else:
        say("No open job is ranked yet. Next: job-etl run")


def explain(
    key: Annotated[
        str, typer.Argument(metavar="HASH_KEY", help="The job's key; its beginning, as top shows, will do.")
    ],
    as_json: AsJson = False,
) -> None:
    """Why a job has its score: every feature's score, weight and contribution, and the values it came from.

    The score is 100 × the sum of weight × feature; a feature goes from 0 to 1, and what is not known counts 0.5.
    """
    from job_etl import ranking
    from job_etl.cli.database import filled

    with filled() as connection:
        job = ranking.explain(connection, key)
    if job is None:
        raise PermanentError(f"there is no job with the key {key!r}: job-etl top shows the keys")
    if as_json:
        show_json(as_dict(job))
        return
    say(f"{job.title or 'Untitled'} · {job.company or 'employer not named'} · {job.location or 'no place given'}")
    say(f"score {job.score} of 100 · key {job.hash_key} · advertised on {', '.join(job.sources)}")
    if job.excluded_by:
        say(f"not listed: {job.excluded_by}")
    if job.closed_at:
        say(f"closed {job.closed_at:%Y-%m-%d}")
    show_table(
        ["feature", "score", "weight", "contribution", "evidence"],
        [
            (
                feature.name,
                f"{feature.score:.2f}",
                f"{feature.weight:.2f}",
                f"{feature.contribution:.2f}",
                "; ".join(f"{name}: {_plain(value)}" for name, value in feature.evidence.items() if value != []),
            )
            for feature in job.features
        ],
        numbers=["score", "weight", "contribution"],
    )
    if link := job.apply_url or job.job_link:
        say(link)


def history(
    posting: Annotated[str, typer.Argument(metavar="SOURCE/ID", help="The posting, such as greenhouse/4012345.")],
    as_json: AsJson = False,
) -> None:
    """What happened to a posting: opened, changed, closed, reopened, and each value before and after."""
    from job_etl import lookup
    from job_etl.cli.database import filled

    source, slash, identity = posting.partition("/")
    if not slash:
        raise typer.BadParameter(f"{posting!r} is not SOURCE/ID, such as greenhouse/4012345", param_hint="SOURCE/ID")
    with filled() as connection:
        events = lookup.history(connection, source, identity)
    if not events:
        raise PermanentError(f"no posting of {source} has the id {identity!r}")
    if as_json:
        show_json([asdict(event) for event in events])
        return
    show_table(
        ["at", "what", "field", "before", "after"],
        [
            (minute(event.changed_at), event.kind, event.field, _short(event.old_value), _short(event.new_value))
            for event in events
        ],
    )


def rejects(source: SourceNames = None, count: Count = 50, as_json: AsJson = False) -> None:
    """Payloads that could not be read as postings, and why: kept, and tried again by each new version of the rules."""
    from job_etl import lookup
    from job_etl.cli.database import filled

    with filled() as connection:
        found = lookup.rejects(connection, source or [], count)
    if as_json:
        show_json([asdict(reject) for reject in found])
    elif found:
        show_table(
            ["board", "id", "crawled", "line", "reason"],
            [
                (f"{r.source}/{r.board}", r.source_job_id, minute(r.collected_at), r.line, _short(r.reason))
                for r in found
            ],
            numbers=["line"],
        )
    else:
        say("Nothing was refused.")


def status(as_json: AsJson = False) -> None:
    """Where everything lies, how much of it there is, and what waits to be loaded."""
    from job_etl import lookup, paths
    from job_etl.cli.database import is_set_up, public_url
    from job_etl.landing import Landing
    from job_etl.warehouse.connect import connect
    from job_etl.warehouse.raw import pending_crawls

    found: dict[str, Any] = {
        "home": paths.home(),
        "landing_zone": paths.landing_url(),
        "exports": paths.exports_folder(),
    }
    failure = None
    try:
        found["database"] = public_url()
        with connect() as connection:
            found["crawls_to_load"] = len(pending_crawls(connection, Landing(paths.landing_url())))
            if is_set_up(connection):
                found |= asdict(lookup.counts(connection))
    except JobEtlError as error:
        failure = error
    if as_json:
        show_json(found)
    else:
        show_table(["", ""], [(name.replace("_", " "), _plain(value)) for name, value in found.items()])
    if failure:
        raise failure


def show_ranked(jobs: Sequence[Ranked]) -> None:
    """The ranked list as a table: on a terminal two lines a job, else one."""
    if sys.stdout.isatty():
        show_table(
            ["#", "score", "job", "key"],
            [(job.rank, job.score, _in_two_lines(job), job.hash_key[:8]) for job in jobs],
            numbers=["#", "score"],
        )
        return
    show_table(
        ["#", "score", "key", "job", "company", "location", "why"],
        [
            (job.rank, job.score, job.hash_key[:8], job.title, job.company, job.location, "; ".join(job.reasons))
            for job in jobs
        ],
        numbers=["#", "score"],
    )


def as_dict(job: Ranked) -> dict[str, Any]:
    """A job as `--json` shows it."""
    return asdict(job) | {"reasons": job.reasons}


def _in_two_lines(job: Ranked) -> Text:
    where = "".join(f" · {printable(part)}" for part in (job.company, job.location) if part)
    why = printable("; ".join(job.reasons))
    return Text.assemble((printable(job.title or "Untitled"), "bold"), where, "\n", (why, "dim"))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return minute(value) or ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(value: object, limit: int = 80) -> str:
    text = "" if value is None else " ".join(_plain(value).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
