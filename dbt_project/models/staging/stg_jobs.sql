-- One select and no more: Postgres looks through it to the indexes, and would not through a with clause.
select
    -- identity
    hash_key,
    source,
    sources,

    -- the role
    job_title,
    job_title_std,
    company,
    company_key,
    company_size,
    seniority_level,
    contract_type,
    department,
    occupation,
    role_family,
    language,
    skills,
    skills_raw,
    octet_length(description) as description_bytes,

    -- the place
    location_std,
    places,
    remote_type,
    remote_countries,

    -- the pay, a year's in the base currency
    salary_min_norm,
    salary_max_norm,
    salary_currency_norm,

    -- the links
    job_link,
    apply_url,

    -- the times
    posted_at,
    expires_at,
    first_seen_at,
    closed_at

from {{ source('staging', 'job_postings_stg') }}
