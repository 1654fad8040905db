"""Alembic's environment: runs the revisions on the connection that the bootstrap hands over, in its transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="ops",
)
context.run_migrations()
