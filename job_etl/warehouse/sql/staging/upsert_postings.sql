-- `reading_columns` stands for what a payload reads as (`reading.py`).
insert into staging.postings (
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
from derived
order by source, source_job_id
on conflict (source, source_job_id) do update
    set
        board = excluded.board,
        raw_id = excluded.raw_id,
        payload_at = excluded.payload_at,
        direct = excluded.direct,
        (reading_columns) = row (excluded.reading_columns),
        -- "30+ days ago" moves on every day: the first reading is the nearest.
        posted_at = case excluded.provenance #>> '{posted_at,how}'
            when 'parsed' then least(postings.posted_at, excluded.posted_at)
            else excluded.posted_at
        end,
        last_seen_at = greatest(postings.last_seen_at, excluded.last_seen_at),
        closed_at = null
