insert into raw.archived_postings (source, source_job_id, raw_id, last_seen_at, closed_at)
select
    source,
    source_job_id,
    raw_id,
    last_seen_at,
    closed_at
from leaving
where
    source = %(source)s
    and month = %(month)s
    and part = %(part)s
on conflict (source, source_job_id) do update
    set
        raw_id = excluded.raw_id,
        last_seen_at = excluded.last_seen_at,
        closed_at = excluded.closed_at,
        archived_at = now()
