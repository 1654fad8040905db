-- The payloads of a shard that the staging will have to read, in the order in which it will.
select payload.raw_id
from raw.crawls
inner join raw.job_postings_raw as payload on crawls.crawl_id = payload.crawl_id
where
    crawls.staged_at is null
    and crawls.source = any(%(sources)s)
    and payload.source_job_id is not null
    and mod(
        hashtextextended(payload.source || ' ' || payload.source_job_id, 0) & 9223372036854775807, %(shards)s
    ) = %(shard)s
order by crawls.collected_at, crawls.crawl_key, payload.raw_id
