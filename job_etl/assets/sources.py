"""Crawls, one asset a source: they write the landing zone.

All of them are one step: a source is asked at its own pace beside the others, not after them. A run of the whole graph
sets up the schema first; the crawls themselves use no database (`job-etl crawl` works without one).
"""

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from job_etl import progress
from job_etl.config.sources import load as load_config
from job_etl.crawl import Progress, crawl
from job_etl.history import GOOD
from job_etl.landing import CrawlFacts
from job_etl.resources import LandingZone
from job_etl.sources import SOURCES

_FULL = "boards_are_crawled_in_full"
_SHOWN = 20

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

    boards = [board for name in enabled for board in config.boards(name)]
    crawls = crawl(config, boards, landing=landing_zone.open(), on_progress=on_progress)
    for name in chosen:
        yield from _results(name, [facts for facts in crawls if facts.source == name], enabled=name in enabled)


def _results(
    name: str, crawls: list[CrawlFacts], *, enabled: bool
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    key = dg.AssetKey(["sources", name])
    short = [facts for facts in crawls if facts.outcome not in GOOD]
    counts = {
        "boards": len(crawls),
        "payloads": sum(facts.payloads for facts in crawls),
        "requests": sum(facts.requests for facts in crawls),
        "megabytes_received": round(sum(facts.received_bytes for facts in crawls) / 1e6, 3),
        **Counter(str(facts.outcome) for facts in crawls),
    }
    yield dg.MaterializeResult(asset_key=key, metadata={"enabled": enabled, **(counts if enabled else {})})
    reasons = "\n".join(f"- {facts.board}: {facts.outcome}: {facts.reason or 'no reason'}" for facts in short[:_SHOWN])
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=_FULL,
        passed=not short,
        description=f"{len(short)} of {len(crawls)} boards were not read in full" if short else None,
        metadata={"not_in_full": dg.MetadataValue.md(reasons)} if short else {},
    )
