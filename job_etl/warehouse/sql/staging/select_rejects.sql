-- Payloads that another version of the normaliser than this one refused, or any where none is given: those collected
-- since a time or all.
select distinct on (payload.raw_id)
    payload.raw_id,
    payload.payload,
    payload.collected_at,
    rejects.crawl_id,
    rejects.line,
    rejects.source,
    payload.source_job_id,
    rejects.board,
    crawls.company,
    crawls.params,
    crawls.collected_at as first_seen_at,
    crawls.collected_at as last_seen_at
from raw.rejects
inner join raw.crawls on rejects.crawl_id = crawls.crawl_id
inner join raw.job_postings_raw as payload on rejects.raw_id = payload.raw_id
where
    rejects.normalizer_version is distinct from %(normalizer_version)s::text
    and rejects.source = any(%(sources)s)
    and (%(since)s::timestamptz is null or payload.collected_at >= %(since)s)
order by payload.raw_id, crawls.collected_at desc
limit %(limit)s
