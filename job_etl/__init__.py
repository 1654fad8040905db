"""A self-hosted, Dagster-orchestrated data platform for job postings."""

__version__ = "0.1.0"
