"""The software-defined assets, one module a stage: the only place where Dagster and the domain code meet.

Belongs here: what Dagster needs to know of a table (key, group, dependencies, metadata) and a few lines that call
the domain code. Reading, deriving and storing are elsewhere.
"""
