-- What was read ahead of the payloads that the batch has to read: by the same rules, with the same facts of its board.
-- `reading_columns` stands for what a payload reads as (`reading.py`).
insert into derived (
    source,
    source_job_id,
    board,
    raw_id,
    payload_at,
    direct,
    reading_columns,
    posted_at,
    first_seen_at,
    last_seen_at
)
select
    readings.source,
    readings.source_job_id,
    readings.board,
    readings.raw_id,
    readings.payload_at,
    readings.direct,
    readings.reading_columns,
    readings.posted_at,
    seen.seen_at as first_seen_at,
    seen.seen_at as last_seen_at
from seen
inner join batch on seen.crawl_id = batch.crawl_id
inner join staging.readings on seen.raw_id = readings.raw_id
inner join raw.crawls as read_for on readings.crawl_id = read_for.crawl_id
left join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
where
    postings.raw_id is distinct from seen.raw_id
    and readings.normalizer_version = %(normalizer_version)s
    and (batch.board, batch.company, batch.params)
    is not distinct from (read_for.board, read_for.company, read_for.params)
