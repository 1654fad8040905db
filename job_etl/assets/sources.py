"""Crawls, one asset a source: they write the landing zone.

All of them are one step: a source is asked at its own pace beside the others, not after them. A run of the whole graph
sets up the schema first; the crawls themselves use no database (`job-etl crawl` works without one).
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from job_etl import progress
from job_etl.boards import BoardHealth, board_health
from job_etl.config.sources import load as load_config
from job_etl.crawl import Progress, crawl
from job_etl.health import SourceHealth, health_of
from job_etl.instance import ONLY_DUE
from job_etl.landing import CrawlFacts
from job_etl.resources import LandingZone
from job_etl.sources import SOURCES

_FULL = "boards_are_crawled_in_full"
_SHOWN = 20
_BOARDS_SHOWN = 200
_ONLY_DUE = {"dagster/schedule_name", "dagster/sensor_name", ONLY_DUE}
_COLUMNS = {
    "board": "string",
    "newest_crawl": "string",
    "last_good": "string",
    "postings": "int",
    "rejects": "int",
    "failures": "int",
    "next_due": "string",
    "why_not": "string",
}

SPECS = [
    dg.AssetSpec(
        ["sources", source.name],
        deps=[["bootstrap", "schema"]],
        kinds={"python", "http"},
        description=f"Crawls of every configured {source.title} board, in the landing zone.",
    )
    for source in SOURCES.values()
]


@dg.multi_asset(
    name="sources",
    specs=SPECS,
    can_subset=True,
    check_specs=[
        dg.AssetCheckSpec(
            _FULL, asset=spec.key, description="Every configured board was read in full when it was last crawled."
        )
        for spec in SPECS
    ],
)
def sources(
    context: dg.AssetExecutionContext, landing_zone: LandingZone
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    config = load_config()
    chosen = [name for name in SOURCES if dg.AssetKey(["sources", name]) in context.selected_asset_keys]
    enabled = [name for name in chosen if config.is_enabled(name)]

    def on_progress(step: Progress) -> None:
        progress.report("crawl", step.done, step.total, str(step.board))
        if step.facts and step.facts.reason:
            context.log.warning(f"{step.board}: {step.facts.outcome}: {step.facts.reason}")

    landing = landing_zone.open()
    boards = [board for name in enabled for board in config.boards(name)]
    crawls = crawl(config, boards, landing=landing, only_due=_goes_on(context.run), on_progress=on_progress)
    for name in chosen:
        health = list(board_health(config, landing, config.boards(name)))
        yield from _results(
            health_of(name, config, health), health, [facts for facts in crawls if facts.source == name]
        )


def _goes_on(run: dg.DagsterRun) -> bool:
    """Whether a run leaves out boards that are not due: one by the clock, or one that does over what another began.

    Who starts a run by hand wants to see what is there now, unless it is asked for.
    """
    return bool(run.parent_run_id or run.tags.keys() & _ONLY_DUE)


def _results(
    source: SourceHealth, boards: list[BoardHealth], crawls: list[CrawlFacts]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    key, is_on = dg.AssetKey(["sources", source.source]), source.state == "on"
    counts = {
        "boards_crawled": len(crawls),
        "payloads": sum(facts.payloads for facts in crawls),
        "rejects": sum(facts.rejects or 0 for facts in crawls),
        "requests": sum(facts.requests for facts in crawls),
        "megabytes_received": round(sum(facts.received_bytes for facts in crawls) / 1e6, 3),
        **Counter(str(facts.outcome) for facts in crawls),
    }
    state = source.state if source.state != "needs a key" else f"needs {' and '.join(source.needs)}"
    health = {"board_health": _table(boards)} if boards else {}
    yield dg.MaterializeResult(asset_key=key, metadata={"state": state, **(counts if is_on else {}), **health})
    short = [board for board in boards if board.why_not] if is_on else []
    reasons = "\n".join(f"- {board.board}: {board.outcome}: {board.why_not}" for board in short[:_SHOWN])
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=_FULL,
        passed=not short,
        description=f"{len(short)} of {len(boards)} boards were not read in full" if short else None,
        metadata={"not_in_full": dg.MetadataValue.md(reasons)} if short else {},
    )


def _table(boards: list[BoardHealth]) -> dg.TableMetadataValue:
    """The health of each board; of many boards, of those that need a look."""
    shown = sorted(boards, key=lambda board: -board.failures)[:_BOARDS_SHOWN]
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "board": board.board,
                    "newest_crawl": str(board.outcome or "never"),
                    "last_good": _minute(board.last_good),
                    "postings": board.postings,
                    "rejects": board.rejects,
                    "failures": board.failures,
                    "next_due": _minute(board.due),
                    "why_not": board.why_not,
                }
            )
            for board in shown
        ],
        schema=dg.TableSchema([dg.TableColumn(name, kind) for name, kind in _COLUMNS.items()]),
    )


def _minute(time: datetime | None) -> str | None:
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else None
