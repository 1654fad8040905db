"""Crawls, one asset a source: they write the landing zone and need no database."""

from collections import Counter

import dagster as dg

from job_etl import progress
from job_etl.config.sources import load as load_config
from job_etl.crawl import Progress, crawl
from job_etl.resources import LandingZone
from job_etl.sources import SOURCES
from job_etl.sources.base import Source


def source_asset(source: Source) -> dg.AssetsDefinition:
    """The asset `sources/<name>`: every configured board of a source, crawled once.

    A board that cannot be crawled is a `failed` crawl in the metadata and turns a check red; the run goes on.
    """

    @dg.asset(
        key=["sources", source.name],
        kinds={"python", "http"},
        description=f"Crawls of every configured {source.title} board, in the landing zone.",
    )
    def asset(context: dg.AssetExecutionContext, landing_zone: LandingZone) -> dg.MaterializeResult[None]:
        config = load_config()
        if not config.is_enabled(source.name):
            return dg.MaterializeResult(metadata={"enabled": False})

        def on_progress(step: Progress) -> None:
            progress.report(f"crawl {source.name}", step.done, step.total, step.board.name)
            if step.facts and step.facts.reason:
                context.log.warning(f"{step.board}: {step.facts.outcome}: {step.facts.reason}")

        crawls = crawl(config, config.boards(source.name), landing=landing_zone.open(), on_progress=on_progress)
        outcomes = Counter(str(facts.outcome) for facts in crawls)
        return dg.MaterializeResult(
            metadata={
                "enabled": True,
                "boards": len(crawls),
                "payloads": sum(facts.payloads for facts in crawls),
                "requests": sum(facts.requests for facts in crawls),
                "megabytes_received": round(sum(facts.received_bytes for facts in crawls) / 1e6, 3),
                **outcomes,
            }
        )

    return asset


SOURCE_ASSETS = [source_asset(source) for source in SOURCES.values()]
SOURCE_KEYS = [asset.key for asset in SOURCE_ASSETS]
