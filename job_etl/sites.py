"""From a board and the configuration to where and how it is asked.

Belongs here: base URLs with their blanks filled in, rates, keys. Nothing here asks.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import httpx

from job_etl import secrets
from job_etl.config.sources import Sources
from job_etl.errors import ConfigError
from job_etl.http import Client, Site
from job_etl.http.ledger import Files, Ledger, Preferred
from job_etl.model import Board
from job_etl.paths import home
from job_etl.sources.base import Rate, Source
from job_etl.warehouse.connect import database_url, is_embedded
from job_etl.warehouse.pacing import SharedLedger

_BLANK = re.compile(r"\{(\w+)\}")


def client_for(config: Sources) -> Client:
    """A client with the limits and the contact of the configuration, which keeps hosts' pace with all other crawls.

    That is with those on any machine where a database is configured, and else with those on this one.
    """
    ledger: Ledger = Files(home() / "hosts")
    if not is_embedded():
        ledger = Preferred(SharedLedger(database_url()), ledger)
    return Client(config.crawl.limits(), contact=config.crawl.contact, ledger=ledger)


def site_for(source: Source, board: Board, config: Sources) -> Site:
    """Where a board is asked.

    Raises:
        ConfigError: a key that the source needs is not there, or the board does not make a URL of its address.
    """
    if gone := secrets.missing(source.needs):
        raise ConfigError(f"{source.name} needs {' and '.join(gone)}, which is not set")
    own, replaced = source.base_url, config.entry(source.name).base_url
    return Site(
        source=source.name,
        base_url=_filled(replaced or own, board),
        own_base_url=_filled(own, board) if replaced else None,
        hosts=source.hosts,
        rate=rate_for(source, config),
        pace=_BLANK.sub("*", urlsplit(replaced or own).netloc),
        daily_quota=source.terms.daily_quota,
        needs=source.needs,
        secrets=tuple(keys(source).values()),
        named=replaced is not None,
    )


def rate_for(source: Source, config: Sources) -> Rate:
    """How fast a source is asked."""
    own = config.entry(source.name).rate
    return Rate(own.per_second or source.rate.per_second, own.concurrency or source.rate.concurrency)


def keys(source: Source) -> dict[str, str]:
    """The values of the keys a source needs, as far as they are there."""
    return {name: value for name in source.needs if (value := secrets.secret(name))}


def _filled(template: str, board: Board) -> str:
    """A base URL with the board's name and params in its blanks; a blank that is all of it may hold a URL."""
    values = {name: str(value) for name, value in board.params.items()} | {"board": board.name}
    if gone := set(_BLANK.findall(template)) - values.keys():
        raise ConfigError(f"{board}: its address {template} needs params.{', params.'.join(sorted(gone))}")
    whole = _BLANK.fullmatch(template)
    url = values[whole[1]] if whole else _BLANK.sub(lambda blank: quote(values[blank[1]], safe=""), template)
    try:
        is_address = "%" not in httpx.URL(url).host
    except httpx.InvalidURL:
        is_address = False
    if not is_address:
        raise ConfigError(f"{board}: {url} is no address to ask")
    return url
