-- When the next of the listed jobs is past its end, and the list another one though nothing was written.
select min(expires_at)
from marts.fact_jobs
where
    closed_at is null
    and excluded_by is null
    and expires_at > now()
