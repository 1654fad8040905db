"""`top` and `explain`: the ranked list, and why it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from job_etl.cli.terminal import say, show_json, show_table
from job_etl.errors import PermanentError

if TYPE_CHECKING:
    from job_etl.ranking import Ranked

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(top)
    app.command()(explain)


def top(
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many jobs.")] = 20, as_json: AsJson = False
) -> None:
    """The best open jobs for your profile, with the strongest reasons."""
    from job_etl import ranking
    from job_etl.warehouse.connect import connect

    with connect() as connection:
        jobs = ranking.top(connection, count)
    if as_json:
        show_json([asdict(job) | {"reasons": job.reasons} for job in jobs])
    elif jobs:
        show_ranked(jobs)
    else:
        say("No open job is ranked yet. Next: job-etl run")


def explain(
    hash_key: Annotated[str, typer.Argument(help="The job's key, as `top` shows it; its beginning is enough.")],
    as_json: AsJson = False,
) -> None:
    """Why a job has its score: every feature's score, weight and contribution, and the values it came from."""
    from job_etl import ranking
    from job_etl.warehouse.connect import connect

    with connect() as connection:
        job = ranking.explain(connection, hash_key)
    if job is None:
        raise PermanentError(f"there is no job with the key {hash_key!r}: job-etl top shows the keys")
    if as_json:
        show_json(asdict(job))
        return
    say(f"{job.title or 'Untitled'} · {job.company or 'employer not named'} · {job.location or 'no place given'}")
    say(f"score {job.score} of 100")
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
                "; ".join(f"{name}: {_plain(value)}" for name, value in feature.evidence.items()),
            )
            for feature in job.features
        ],
        numbers=["score", "weight", "contribution"],
    )
    say(job.apply_url or job.job_link or "")


def show_ranked(jobs: Sequence[Ranked]) -> None:
    """The ranked list as a table."""
    show_table(
        ["#", "score", "job", "company", "location", "why", "key"],
        [
            (
                job.rank,
                job.score,
                job.title,
                job.company,
                job.location,
                "; ".join(job.reasons),
                job.hash_key[:8],
            )
            for job in jobs
        ],
        numbers=["#", "score"],
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
