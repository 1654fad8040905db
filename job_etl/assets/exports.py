"""What leaves the platform as files."""

import dagster as dg

from job_etl import progress
from job_etl.exports import export_ranked_jobs
from job_etl.resources import ExportFolder, Warehouse


@dg.asset(
    key=["exports", "ranked_jobs"],
    deps=[["marts", "fact_jobs"], ["marts", "dim_companies"]],
    kinds={"parquet", "csv", "json"},
    description="The open jobs that the profile does not exclude, best first, as Parquet, CSV and JSON Lines.",
)
def ranked_jobs(warehouse: Warehouse, export_folder: ExportFolder) -> dg.MaterializeResult[None]:
    with warehouse.connect() as connection:
        exported = export_ranked_jobs(connection, export_folder.path())
    if not exported.written:
        progress.report("exports", 0, note="the files are still true: nothing written")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": exported.rows,
            "written": exported.written,
            **{file.suffix.lstrip("."): dg.MetadataValue.path(file) for file in exported.files},
        }
    )
