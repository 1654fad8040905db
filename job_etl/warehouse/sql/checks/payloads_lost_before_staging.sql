-- Stored payloads of crawls that were brought in, whose posting is neither in staging nor rejected.
select
    payload.raw_id,
    payload.source,
    payload.source_job_id,
    crawls.crawl_key
from raw.job_postings_raw as payload
inner join raw.crawls on payload.crawl_id = crawls.crawl_id
where
    crawls.staged_at is not null
    and not exists (
        select from staging.postings
        where
            postings.source = payload.source
            and postings.source_job_id = payload.source_job_id
    )
    and not exists (
        select from raw.rejects
        where rejects.raw_id = payload.raw_id
    )
limit %(limit)s
