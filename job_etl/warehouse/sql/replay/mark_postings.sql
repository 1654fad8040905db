-- Postings to be read again by the next staging.
update staging.postings
set normalizer_version = ''
where
    source = %(source)s
    and source_job_id = any(%(source_job_ids)s)
