-- Postings whose payload can no longer be read, but for those that are known for it.
select
    source,
    source_job_id,
    reason
from unreadable
where
    not exists (
        select from raw.rejects
        where
            rejects.raw_id = unreadable.raw_id
            and rejects.reason = unreadable.reason
    )
order by source_job_id
