{{
    config(
        unique_key='hash_key',
        meta={'written_at': 'ingested_at'},
        pre_hook=[
            '{{ stop_with_dbt() }}',
            '{{ require_tables() }}',
            '{{ forget_sound_build() }}',
            '{{ require_ranking() }}',
            '{{ hold_claim() }}',
        ],
        post_hook=[
            '{{ delete_vanished_jobs() }}',
            '{{ delete_companies_without_jobs() }}',
            '{{ release_claim() }}',
        ],
    )
}}

select
    -- identity
    hash_key,
    source,
    sources,

    -- the role
    job_title,
    job_title_std,
    company_id,
    seniority_level,
    contract_type,
    department,
    occupation,
    role_family,
    language,
    skills,

    -- the place: the first one where there are several
    location_std,
    places -> 0 ->> 'city' as location_city,
    places -> 0 ->> 'region' as location_region,
    places -> 0 ->> 'country' as location_country,
    (places -> 0 ->> 'latitude')::double precision as location_lat,
    (places -> 0 ->> 'longitude')::double precision as location_lon,
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
    closed_at,

    -- the rank
    rank_score,
    rank_explain,
    excluded_by

from {{ ref('scored_jobs') }}
