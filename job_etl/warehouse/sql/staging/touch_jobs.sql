-- Jobs that gain, lose or change a posting in this batch.
insert into touched_jobs (hash_key)
select hash_key
from derived
union
select postings.hash_key
from derived
inner join staging.postings on derived.source = postings.source and derived.source_job_id = postings.source_job_id
union
select postings.hash_key
from seen
inner join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
where postings.closed_at is not null
