"""Derives the canonical posting from what a provider said: pure functions, one module a field.

Belongs here: rules over one posting. Nothing here asks, stores or imports Dagster; dictionaries are data in
`config/taxonomy/`.
"""

from job_etl.normalize.posting import normalize
from job_etl.normalize.version import normalizer_version

__all__ = ["normalize", "normalizer_version"]
