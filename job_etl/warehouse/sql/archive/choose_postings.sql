-- Postings that closed before a time. One with a reject stays whole, as rejects are tried again; so does one that a
-- crawl has seen which was not brought in yet.
insert into leaving (source, source_job_id, raw_id, last_seen_at, closed_at, month, part)
select
    closed.source,
    closed.source_job_id,
    closed.raw_id,
    closed.last_seen_at,
    closed.closed_at,
    closed.month,
    (row_number() over (partition by closed.source, closed.month order by closed.source_job_id) - 1) / %(part)s
from (
    select
        *,
        to_char(closed_at at time zone 'UTC', 'YYYY-MM') as month
    from staging.postings
    where closed_at < %(before)s
) as closed
where
    not exists (
        select from raw.archived_postings as archived
        where
            archived.source = closed.source
            and archived.source_job_id = closed.source_job_id
            and archived.closed_at >= closed.closed_at
    )
    and not exists (
        select from raw.rejects
        where
            rejects.source = closed.source
            and rejects.source_job_id = closed.source_job_id
    )
    and not exists (
        select from raw.crawls
        inner join raw.sightings on crawls.crawl_id = sightings.crawl_id
        inner join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
        where
            crawls.staged_at is null
            and payload.source = closed.source
            and payload.source_job_id = closed.source_job_id
    )
