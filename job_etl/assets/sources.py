"""Crawls, one asset a source: they write the landing zone and need no database."""

from __future__ import annotations

from collections import Counter

import dagster as dg

from job_etl import progress
from job_etl.config.sources import load_sources
from job_etl.crawl import crawl
from job_etl.landing import CrawlFacts
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
        config = load_sources()
        if not config.is_enabled(source.name):
            return dg.MaterializeResult(metadata={"enabled": False})
        crawls: list[CrawlFacts] = []

        def on_progress(facts: CrawlFacts) -> None:
            crawls.append(facts)
            progress.report(f"crawl {source.name}", len(crawls), len(config.boards(source.name)), facts.board)
            if facts.reason:
                context.log.warning(f"{source.name}/{facts.board}: {facts.outcome}: {facts.reason}")

        crawl(config, sources=[source.name], landing=landing_zone.open(), on_progress=on_progress)
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
