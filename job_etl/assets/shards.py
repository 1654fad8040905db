"""Crawling, loading and reading in steps of their own, for executors that send steps elsewhere (`JOB_ETL_SHARDS`).

Each source is crawled by itself. The assets that shards stand before do what these have left, and are the same with and
without them.
"""

from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.definitions.decorators.op_decorator import DecoratedOpFunction

from job_etl import progress
from job_etl.assets import sources
from job_etl.resources import LandingZone, Warehouse
from job_etl.sources import SOURCES
from job_etl.warehouse.shards import Shard, configured_shards, load_shard, read_ahead

_RAW = dg.AssetKey(["raw", "job_postings_raw"])
_POSTINGS = dg.AssetKey(["staging", "postings"])

# A worker that went away, a database that was full of connections: the next attempt goes on from there.
_RETRY = dg.RetryPolicy(max_retries=3, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def with_shards(assets: Sequence[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """The assets, with as many shards before those that load and read as `JOB_ETL_SHARDS` asks for.

    Raises:
        ConfigError: it asks for what cannot be.
    """
    count = configured_shards()
    if count == 1:
        return list(assets)
    shards = [Shard(number, count) for number in range(count)]
    loads, readings = [_load(shard) for shard in shards], [_read(shard) for shard in shards]
    more = {_RAW: loads, _POSTINGS: readings}

    def after_shards(spec: dg.AssetSpec) -> dg.AssetSpec:
        deps = [shard.key for shard in more.get(spec.key, [])]
        return spec.replace_attributes(deps=[*spec.deps, *deps]) if deps else spec

    whole = [asset for asset in assets if asset is not sources.sources]
    return [*_each_source(), *(asset.map_asset_specs(after_shards) for asset in whole), *loads, *readings]


def _each_source() -> Iterator[dg.AssetsDefinition]:
    """What crawls all sources in one step, for each in a step of its own: it crawls those that the step is about."""
    crawl = sources.sources.op.compute_fn
    assert isinstance(crawl, DecoratedOpFunction)
    for spec in sources.SPECS:
        yield dg.multi_asset(
            name=f"sources_{spec.key.path[-1]}",
            specs=[spec],
            check_specs=[check for check in sources.sources.check_specs if check.asset_key == spec.key],
        )(crawl.decorated_fn)


def _load(shard: Shard) -> dg.AssetsDefinition:
    @dg.asset(
        key=["shards", f"loaded_{shard.number + 1}"],
        deps=[["bootstrap", "schema"], *sources.SPECS],
        kinds={"postgres"},
        description=f"Landed crawls, loaded: part {shard.number + 1} of {shard.of} of the boards.",
        retry_policy=_RETRY,
    )
    def loaded(
        context: dg.AssetExecutionContext, warehouse: Warehouse, landing_zone: LandingZone
    ) -> dg.MaterializeResult[None]:
        with warehouse.connect() as connection:
            crawls, failed = load_shard(connection, landing_zone.open(), SOURCES, shard)
        for failure in failed:
            context.log.error(failure.reason)
        counted = ("payloads", "new", "changed", "unreadable")
        counts = {name: sum(getattr(crawl, name) for crawl in crawls) for name in counted}
        return dg.MaterializeResult(metadata={"crawls_loaded": len(crawls), **counts})

    return loaded


def _read(shard: Shard) -> dg.AssetsDefinition:
    @dg.asset(
        key=["shards", f"read_{shard.number + 1}"],
        deps=[_RAW],
        kinds={"postgres", "python"},
        description=f"Payloads, read ahead of the staging: part {shard.number + 1} of {shard.of} of the postings.",
        metadata={"dagster/table_name": "staging.readings"},
        retry_policy=_RETRY,
    )
    def read(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        def on_progress(read: int) -> None:
            progress.report("shards", read, note=f"postings read ahead, part {shard.number + 1} of {shard.of}")

        with warehouse.connect() as connection:
            return dg.MaterializeResult(
                metadata={"read": read_ahead(connection, SOURCES, shard, on_progress=on_progress)}
            )

    return read
