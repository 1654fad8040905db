select
    crawls.crawl_key,
    crawls.board,
    payload.source_job_id,
    crawls.collected_at as seen_at,
    payload_crawls.crawl_key as payload_crawl_key,
    payload.line as payload_line
from leaving_payloads as leaving
inner join leaving_sightings as sightings on leaving.raw_id = sightings.raw_id
inner join raw.crawls on sightings.crawl_id = crawls.crawl_id
inner join raw.job_postings_raw as payload on leaving.raw_id = payload.raw_id
inner join raw.crawls as payload_crawls on payload.crawl_id = payload_crawls.crawl_id
where
    leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
order by payload.source_job_id, crawls.collected_at, crawls.crawl_key, payload_crawls.crawl_key, payload.line
