with readable as (
    delete from raw.rejects
    using derived
    where rejects.raw_id = derived.raw_id
)

insert into raw.rejects (
    crawl_id, line, source, board, source_job_id, raw_id, reason, normalizer_version
)
select
    crawl_id,
    line,
    source,
    board,
    source_job_id,
    raw_id,
    reason,
    normalizer_version
from unreadable
on conflict (crawl_id, line) do update
    set
        reason = excluded.reason,
        normalizer_version = excluded.normalizer_version,
        rejected_at = now()
