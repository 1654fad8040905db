-- The claim is a note of the build's own, not a source: the lineage goes from jobs to marts.
select hash_key
from staging.claimed_jobs
