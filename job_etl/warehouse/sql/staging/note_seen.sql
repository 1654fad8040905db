insert into seen (source, source_job_id, crawl_id, raw_id, board, seen_at)
select distinct on (batch.source, payload.source_job_id)
    batch.source,
    payload.source_job_id,
    batch.crawl_id,
    payload.raw_id,
    batch.board,
    batch.collected_at
from batch
inner join raw.sightings on batch.crawl_id = sightings.crawl_id
inner join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
where
    payload.source_job_id is not null
    -- Crawls that come in late tell nothing of the life of a posting that is in the archive.
    and (
        batch.collected_at > (select coalesce(max(closed_at), '-infinity') from raw.archived_postings)
        or not exists (
            select from raw.archived_postings as archived
            where
                archived.source = payload.source
                and archived.source_job_id = payload.source_job_id
                and archived.closed_at >= batch.collected_at
        )
    )
order by batch.source, payload.source_job_id, batch.collected_at desc, batch.crawl_id desc
