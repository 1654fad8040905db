-- Of jobs that were not made anew from their postings just now.
update staging.job_postings_stg
set last_seen_at = sighted.seen_at
from (
    select
        postings.hash_key,
        max(postings.last_seen_at) as seen_at
    from seen
    inner join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
    where
        not exists (
            select from touched_jobs
            where touched_jobs.hash_key = postings.hash_key
        )
    group by postings.hash_key
) as sighted
where
    job_postings_stg.hash_key = sighted.hash_key
    and job_postings_stg.last_seen_at < sighted.seen_at
