-- In the order of the key, so that workers that have read the same wait for each other and never in a circle.
-- `reading_columns` stands for what a payload reads as (`reading.py`).
insert into staging.readings (
    source,
    source_job_id,
    board,
    raw_id,
    payload_at,
    direct,
    reading_columns,
    posted_at,
    crawl_id
)
select
    derived.source,
    derived.source_job_id,
    derived.board,
    derived.raw_id,
    derived.payload_at,
    derived.direct,
    derived.reading_columns,
    derived.posted_at,
    payload.crawl_id
from derived
inner join raw.job_postings_raw as payload on derived.raw_id = payload.raw_id
order by derived.raw_id
on conflict (raw_id) do nothing
