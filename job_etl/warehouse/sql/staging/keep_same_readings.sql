-- Postings that read as they did: only the version is noted, and neither they nor their jobs are written again.
with same as (
    delete from derived
    using staging.postings
    where
        derived.source = postings.source
        and derived.source_job_id = postings.source_job_id
        and derived.raw_id = postings.raw_id
        and to_jsonb(derived) - %(aside)s::text[] = to_jsonb(postings) - %(aside)s::text[]
        and case derived.provenance #>> '{posted_at,how}'
            when 'parsed' then derived.posted_at >= postings.posted_at
            else derived.posted_at is not distinct from postings.posted_at
        end
    returning derived.source, derived.source_job_id, derived.normalizer_version
)

update staging.postings
set normalizer_version = same.normalizer_version
from same
where
    postings.source = same.source
    and postings.source_job_id = same.source_job_id
