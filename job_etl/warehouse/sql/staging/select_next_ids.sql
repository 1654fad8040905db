-- Of the crawls that come after the batch the payloads that are new in them, as many as asked for: most of them will
-- have to be read. A crawl at a time, as the planner would rather go through all payloads once.
with pending as materialized (
    select
        crawl_id,
        collected_at,
        crawl_key,
        sum(new_payloads + changed_payloads) over (order by collected_at, crawl_key)
        - new_payloads - changed_payloads as payloads_before
    from raw.crawls
    where
        staged_at is null
        and source = any(%(sources)s)
        and crawl_id <> all(%(held)s::bigint[])
        and crawl_id not in (select batch.crawl_id from batch)
)

select payload.raw_id
from pending
cross join
    lateral (
        select job_postings_raw.raw_id
        from raw.job_postings_raw
        where
            job_postings_raw.crawl_id = pending.crawl_id
            and job_postings_raw.source_job_id is not null
        limit %(payloads)s
    ) as payload
where pending.payloads_before < %(payloads)s
order by pending.collected_at, pending.crawl_key
limit %(payloads)s
