{{
    config(
        unique_key='company_key',
        meta={'written_at': 'updated_at'},
        pre_hook=[
            '{{ stop_with_dbt() }}',
            '{{ require_tables() }}',
            '{{ forget_sound_build() }}',
            '{{ claim_changed_jobs() }}',
        ],
        post_hook='{{ claim_jobs_of_changed_companies() }}',
    )
}}

-- Each value is looked up through an index from the newest or the oldest job of the company, so that an employer of
-- fifty thousand costs what an employer of ten does.
with touched as (
    select company_key from {{ ref('claimed_companies') }}
),

-- Not materialized: it is looked up through its indexes, not read.
jobs as not materialized (
    select * from {{ ref('stg_jobs') }}
)

select
    touched.company_key,
    spelled.company,
    coalesce(sized.company_size, 'unknown') as company_size,
    first_seen.source as source_first_seen

from touched

-- The spelling most used among the 25 newest jobs: one that changes its name is followed within days, one board that
-- writes it otherwise is not.
cross join lateral (
    select newest.company
    from (
        select
            jobs.company,
            jobs.first_seen_at
        from jobs
        where jobs.company_key = touched.company_key and jobs.company is not null
        order by jobs.first_seen_at desc, jobs.hash_key desc
        limit 25
    ) as newest
    group by newest.company
    order by count(*) desc, max(newest.first_seen_at) desc, newest.company collate "C"
    limit 1
) as spelled

cross join lateral (
    select jobs.source
    from jobs
    where jobs.company_key = touched.company_key
    order by jobs.first_seen_at, jobs.hash_key
    limit 1
) as first_seen

left join lateral (
    select jobs.company_size
    from jobs
    where jobs.company_key = touched.company_key and jobs.company_size <> 'unknown'
    order by jobs.first_seen_at desc, jobs.hash_key desc
    limit 1
) as sized on true
