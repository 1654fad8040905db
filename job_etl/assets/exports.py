"""What leaves the platform as files."""

import dagster as dg

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
        files = export_ranked_jobs(connection, export_folder.path())
    return dg.MaterializeResult(metadata={file.suffix.lstrip("."): dg.MetadataValue.path(file) for file in files})
