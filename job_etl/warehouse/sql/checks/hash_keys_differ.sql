-- Jobs whose key is not what generate_hash_key makes of their company, title and location.
select
    hash_key,
    company,
    job_title,
    location
from staging.job_postings_stg
where hash_key <> public.generate_hash_key(company, job_title, location)
limit %(limit)s
