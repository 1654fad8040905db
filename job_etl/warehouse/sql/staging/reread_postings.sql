-- A newer reading of payloads already read: the posting's life is left as it is. `reading_columns` stands for what a
-- payload reads as (`reading.py`).
update staging.postings
set
    (reading_columns) = (derived.reading_columns),
    -- "30+ days ago" moves on every day: the first reading is the nearest.
    posted_at = case derived.provenance #>> '{posted_at,how}'
        when 'parsed' then least(postings.posted_at, derived.posted_at)
        else derived.posted_at
    end
from derived
where
    postings.source = derived.source
    and postings.source_job_id = derived.source_job_id
    and postings.raw_id = derived.raw_id
