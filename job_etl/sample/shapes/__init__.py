"""How each provider writes a vacancy down: a module a provider, and nothing here that is not the provider's way.

`payload` is one posting as the provider sends it, `answers` the bodies of the answers in which it sends many: true
field names, nesting, wrappers and types, as `job_etl.sources` reads them. `crawl` is the number of the crawl, for what
differs from one answer to the next though the posting did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from job_etl.sample.shapes import adzuna, arbeitnow, ashby, greenhouse, hackernews, lever, remoteok, remotive
from job_etl.sample.vacancy import Vacancy


class Shape(Protocol):
    """A module of this package."""

    def payload(self, vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
        """One posting as the provider sends it."""

    def answers(self, payloads: Sequence[Any], when: datetime) -> list[bytes]:
        """The bodies of the answers of one crawl."""


SHAPES: dict[str, Shape] = {
    "greenhouse": greenhouse,
    "lever": lever,
    "ashby": ashby,
    "remoteok": remoteok,
    "remotive": remotive,
    "arbeitnow": arbeitnow,
    "adzuna": adzuna,
    "hackernews": hackernews,
}
