"""Derives the canonical posting from what a provider said: pure functions, one module a field.

Belongs here: rules over one posting. Nothing here asks, stores or imports Dagster; dictionaries are data in
`config/taxonomy/`.
"""
