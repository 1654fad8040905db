-- A newer reading of payloads already read: the posting's life is left as it is.
update staging.postings
set
    company = derived.company,
    company_key = derived.company_key,
    company_size = derived.company_size,
    title = derived.title,
    title_std = derived.title_std,
    location = derived.location,
    location_std = derived.location_std,
    places = derived.places,
    remote_type = derived.remote_type,
    remote_countries = derived.remote_countries,
    contract_type = derived.contract_type,
    seniority_level = derived.seniority_level,
    salary_min = derived.salary_min,
    salary_max = derived.salary_max,
    salary_currency = derived.salary_currency,
    salary_period = derived.salary_period,
    salary_min_norm = derived.salary_min_norm,
    salary_max_norm = derived.salary_max_norm,
    salary_currency_norm = derived.salary_currency_norm,
    description = derived.description,
    language = derived.language,
    skills_raw = derived.skills_raw,
    skills = derived.skills,
    department = derived.department,
    industry = derived.industry,
    occupation = derived.occupation,
    occupation_code = derived.occupation_code,
    occupation_confidence = derived.occupation_confidence,
    role_family = derived.role_family,
    requisition_id = derived.requisition_id,
    url = derived.url,
    apply_url = derived.apply_url,
    -- "30+ days ago" moves on every day: the first reading is the nearest.
    posted_at = case derived.provenance #>> '{posted_at,how}'
        when 'parsed' then least(postings.posted_at, derived.posted_at)
        else derived.posted_at
    end,
    updated_at = derived.updated_at,
    expires_at = derived.expires_at,
    provenance = derived.provenance,
    normalizer_version = derived.normalizer_version
from derived
where
    postings.source = derived.source
    and postings.source_job_id = derived.source_job_id
    and postings.raw_id = derived.raw_id
