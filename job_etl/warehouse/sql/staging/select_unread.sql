-- The payloads of the batch that are not what their posting was last read from, and were neither read ahead nor refused
-- already.
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
from batch
inner join raw.sightings on batch.crawl_id = sightings.crawl_id
inner join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
left join seen on payload.raw_id = seen.raw_id and batch.crawl_id = seen.crawl_id
left join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
where
    (seen.raw_id is not null or payload.source_job_id is null)
    and postings.raw_id is distinct from payload.raw_id
    and not exists (
        select from raw.rejects
        where
            rejects.raw_id = payload.raw_id
            and rejects.normalizer_version = %(normalizer_version)s
    )
    -- Not "not exists": what is read goes into `derived` meanwhile, and a join that goes through it for each payload, as
    -- is planned for a table that was empty, goes through ever more.
    and payload.raw_id not in (select derived.raw_id from derived)
