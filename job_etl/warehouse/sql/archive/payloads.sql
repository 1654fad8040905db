select
    crawls.crawl_key,
    payload.line,
    payload.board,
    payload.source_job_id,
    payload.collected_at,
    payload.payload_hash::text as payload_hash,
    payload.payload::text as payload
from leaving_payloads as leaving
inner join raw.job_postings_raw as payload on leaving.raw_id = payload.raw_id
inner join raw.crawls on payload.crawl_id = crawls.crawl_id
where
    leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
order by payload.source_job_id, payload.collected_at, crawls.crawl_key, payload.line
