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
where payload.source_job_id is not null
order by batch.source, payload.source_job_id, batch.collected_at desc, batch.crawl_id desc
