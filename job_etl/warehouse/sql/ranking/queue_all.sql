insert into staging.changed_jobs (hash_key)
select hash_key
from staging.job_postings_stg
order by hash_key
-- Not "do nothing": the row must be locked, or a build that takes it out now would miss the new ranking.
on conflict (hash_key) do update
    set hash_key = excluded.hash_key
