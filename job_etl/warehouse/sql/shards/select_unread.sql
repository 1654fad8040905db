-- Of some payloads those that nobody has read or brought in meanwhile.
select
    payload.raw_id,
    payload.payload,
    payload.collected_at,
    payload.crawl_id,
    payload.line,
    payload.source,
    payload.source_job_id,
    crawls.board,
    crawls.company,
    crawls.params,
    crawls.collected_at as first_seen_at,
    crawls.collected_at as last_seen_at
from raw.job_postings_raw as payload
inner join raw.crawls on payload.crawl_id = crawls.crawl_id
where
    payload.raw_id = any(%(raw_ids)s)
    and crawls.staged_at is null
    and not exists (
        select from staging.readings
        where
            readings.raw_id = payload.raw_id
            and readings.normalizer_version = %(normalizer_version)s
    )
