"""Alembic's side of the schema: each revision applies one folder of `sql/`, its files in order.

Belongs here: the environment, the revisions and how a folder is run. The statements themselves lie in `sql/`.
"""

from __future__ import annotations

import psycopg
from alembic import op

from job_etl.errors import PermanentError
from job_etl.paths import project_file
from job_etl.warehouse.connect import one_line


def apply_folder(revision: str) -> None:
    """Run the statements of `sql/<revision>/*.sql` in the migration's transaction.

    Raises:
        PermanentError: a statement was refused; the message names its file and line.
    """
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    for file in sorted(project_file("sql", revision).glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        try:
            connection.execute(text)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            line = text.count("\n", 0, int(error.diag.statement_position or 1)) + 1
            place = f"sql/{revision}/{file.name}, line {line}"
            raise PermanentError(
                f"the schema was not set up, nothing was changed: {place}: {one_line(error)}"
            ) from error
