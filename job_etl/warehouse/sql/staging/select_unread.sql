select
    payload.raw_id,
    payload.payload,
    payload.collected_at,
    payload.crawl_id,
    payload.line,
    batch.source,
    payload.source_job_id,
    batch.board,
    batch.company,
    batch.params,
    batch.collected_at as first_seen_at,
    batch.collected_at as last_seen_at
from unread
inner join batch on unread.crawl_id = batch.crawl_id
inner join raw.job_postings_raw as payload on unread.raw_id = payload.raw_id
