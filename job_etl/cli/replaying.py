"""`replay`: stored payloads, read again by today's sources and rules."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from job_etl.cli.arguments import AsJson, SourceNames
from job_etl.cli.terminal import say, show_json, show_table

if TYPE_CHECKING:
    from job_etl.replay import Difference, Refusal

_LONGEST = 60


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="What comes in")(replay)


def replay(
    source: SourceNames = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
            metavar="TIME",
            help="Only payloads collected since then, UTC without a zone.  [default: all]",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and leave it as it is.")] = False,
    examples: Annotated[int, typer.Option("--count", "-n", min=0, metavar="N", help="Examples of each field.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Read stored payloads again, also the rejected ones, and print what changed, field by field.

    For a source that was mended: no provider is asked. Changed rules and dictionaries are replayed by the next
    job-etl run anyway; --dry-run shows beforehand what they will change.
    """
    from job_etl.cli.database import filled
    from job_etl.config.sources import load as load_config
    from job_etl.replay import replay as replay_payloads
    from job_etl.sources import SOURCES

    load_config().chosen(source or [])  # refuses an unknown name
    found = _Findings(examples)
    with filled() as connection:
        replayed = replay_payloads(
            connection,
            SOURCES,
            source or SOURCES,
            since=since if since is None or since.tzinfo else since.replace(tzinfo=UTC),
            dry_run=dry_run,
            tell=found.add,
        )
    if as_json:
        show_json({"dry_run": dry_run, **asdict(replayed), "fields": found.as_dict()})
        return
    if found.postings:
        show_table(["field", "postings", "for example", "before", "after"], found.rows(), numbers=["postings"])
    will = "would be" if dry_run else "were"
    say(
        f"{replayed.read} payloads read: {replayed.changed} postings {will} changed, {replayed.accepted} rejects {will}"
        f" taken in, {replayed.refused} postings cannot be read any more, {replayed.rejects} rejects still cannot."
    )
    if not dry_run and replayed.changed + replayed.accepted:
        say("Next: job-etl run --no-crawl")


class _Findings:
    """How many postings each field changed of, with the first few of them; refusals count as one field."""

    def __init__(self, examples: int) -> None:
        self._most = examples
        self.postings: Counter[str] = Counter()
        self._examples: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, finding: Difference | Refusal) -> None:
        shown = asdict(finding)
        field = shown.pop("field", "unreadable")
        self.postings[field] += 1
        if len(self._examples[field]) < self._most:
            self._examples[field].append(shown)

    def as_dict(self) -> dict[str, Any]:
        return {
            field: {"postings": postings, "examples": self._examples[field]}
            for field, postings in self.postings.most_common()
        }

    def rows(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for field, postings in self.postings.most_common():
            shown = [
                (
                    f"{example['source']}/{example['source_job_id']}",
                    _brief(example.get("old_value")),
                    _brief(example["new_value"]) if "new_value" in example else example["reason"],
                )
                for example in self._examples[field]
            ]
            first, *others = shown or [("", "", "")]
            found += [(field, postings, *first), *(("", "", *other) for other in others)]
        return found


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
