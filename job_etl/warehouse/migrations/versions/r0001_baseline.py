"""The schemas raw, staging, marts and ops with everything in them, the key's function, and the roles."""

from job_etl.warehouse.migrations import apply_folder

revision = "0001_baseline"
down_revision = None


def upgrade() -> None:
    """Apply `sql/0001_baseline`."""
    apply_folder(revision)
