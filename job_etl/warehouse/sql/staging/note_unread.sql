-- The payloads of the batch that are not what their posting was last read from, and were neither read ahead nor refused
-- already. They are chosen before a payload is touched, as how many they are decides how to get at them best.
with candidates as materialized (
    select
        seen.raw_id,
        seen.crawl_id
    from seen
    left join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
    where postings.raw_id is distinct from seen.raw_id

    union all

    select
        payload.raw_id,
        batch.crawl_id
    from batch
    inner join raw.sightings on batch.crawl_id = sightings.crawl_id
    inner join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
    where payload.source_job_id is null
)

insert into unread (raw_id, crawl_id)
select
    raw_id,
    crawl_id
from candidates
where
    raw_id not in (select derived.raw_id from derived)
    and (
        select true
        from raw.rejects
        where
            rejects.raw_id = candidates.raw_id
            and rejects.normalizer_version = %(normalizer_version)s
        limit 1
    ) is null
