"""What the platform knows of its own runs and troubles."""

from job_etl.warehouse.migrations import apply_folder

revision = "0002_operations"
down_revision = "0001_baseline"


def upgrade() -> None:
    """Apply `sql/0002_operations`."""
    apply_folder(revision)
