-- Jobs from their postings: of each field the freshest known value, the employer's own boards before aggregators and
-- open postings before closed ones. What belongs together (a salary and its currency) is taken from one posting.
with touched as (
    select distinct hash_key
    from touched_jobs
),

ranked as (
    select
        postings.*,
        row_number() over (
            partition by postings.hash_key
            order by
                postings.direct desc,
                (postings.closed_at is null) desc,
                postings.payload_at desc,
                postings.source asc,
                postings.source_job_id asc
        ) as preference
    from touched
    inner join staging.postings on touched.hash_key = postings.hash_key
),

summary as (
    select
        hash_key,
        count(*) as postings,
        array_agg(distinct source order by source) as sources,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        case when bool_and(closed_at is not null) then max(closed_at) end as closed_at,
        min(preference) filter (where salary_min is not null or salary_max is not null) as salary_from,
        min(preference) filter (where places <> '[]') as places_from,
        (array_agg(apply_url order by preference) filter (where apply_url is not null))[1] as apply_url,
        (array_agg(company_size order by preference) filter (where company_size <> 'unknown'))[1] as company_size,
        (array_agg(remote_type order by preference) filter (where remote_type <> 'unknown'))[1] as remote_type,
        (array_agg(contract_type order by preference) filter (where contract_type <> 'unknown'))[1] as contract_type,
        (array_agg(seniority_level order by preference) filter (where seniority_level <> 'unknown'))[1]
            as seniority_level,
        min(preference) filter (where description is not null) as description_from,
        min(preference) filter (where skills_raw <> '{}') as skills_raw_from,
        min(preference) filter (where skills <> '{}') as skills_from,
        min(preference) filter (where remote_countries <> '{}') as remote_countries_from,
        (array_agg(posted_at order by preference) filter (where posted_at is not null))[1] as posted_at,
        (array_agg(expires_at order by preference) filter (where expires_at is not null))[1] as expires_at,
        (array_agg(department order by preference) filter (where department is not null))[1] as department,
        (array_agg(industry order by preference) filter (where industry is not null))[1] as industry,
        min(preference) filter (where occupation is not null or role_family is not null) as occupation_from,
        (array_agg(language order by preference) filter (where language is not null))[1] as language
    from ranked
    group by hash_key
),

jobs as (
    select
        best.source_job_id as provider_job_id,
        best.url as job_link,
        best.title as job_title,
        best.company,
        coalesce(summary.company_size, 'unknown') as company_size,
        best.location,
        coalesce(summary.remote_type, 'unknown') as remote_type,
        coalesce(summary.contract_type, 'unknown') as contract_type,
        paid.salary_min,
        paid.salary_max,
        paid.salary_currency,
        described.description,
        coalesce(tagged.skills_raw, '{}') as skills_raw,
        summary.posted_at,
        summary.apply_url,
        best.source,
        summary.hash_key,
        summary.first_seen_at,
        summary.last_seen_at,
        summary.closed_at,
        best.company_key,
        best.title_std as job_title_std,
        coalesce(summary.seniority_level, 'unknown') as seniority_level,
        placed.location_std,
        coalesce(placed.places, '[]') as places,
        coalesce(living.remote_countries, '{}') as remote_countries,
        paid.salary_period,
        paid.salary_min_norm,
        paid.salary_max_norm,
        paid.salary_currency_norm,
        coalesce(skilled.skills, '{}') as skills,
        summary.department,
        summary.industry,
        occupied.occupation,
        occupied.occupation_code,
        occupied.occupation_confidence,
        occupied.role_family,
        summary.language,
        summary.expires_at,
        summary.sources,
        summary.postings
    from summary
    inner join ranked as best on summary.hash_key = best.hash_key and best.preference = 1
    left join ranked as paid on summary.hash_key = paid.hash_key and summary.salary_from = paid.preference
    left join ranked as placed
        on
            summary.hash_key = placed.hash_key
            and coalesce(summary.places_from, 1) = placed.preference
    left join ranked as described
        on
            summary.hash_key = described.hash_key
            and summary.description_from = described.preference
    left join ranked as tagged on summary.hash_key = tagged.hash_key and summary.skills_raw_from = tagged.preference
    left join ranked as skilled on summary.hash_key = skilled.hash_key and summary.skills_from = skilled.preference
    left join ranked as living
        on
            summary.hash_key = living.hash_key
            and summary.remote_countries_from = living.preference
    left join ranked as occupied
        on
            summary.hash_key = occupied.hash_key
            and summary.occupation_from = occupied.preference
),

written as (
    insert into staging.job_postings_stg (
        provider_job_id, job_link, job_title, company, company_size, location, remote_type, contract_type,
        salary_min, salary_max, salary_currency, description, skills_raw, posted_at, apply_url, source, hash_key,
        first_seen_at, last_seen_at, closed_at, company_key, job_title_std, seniority_level, location_std, places,
        remote_countries, salary_period, salary_min_norm, salary_max_norm, salary_currency_norm, skills, department,
        industry, occupation, occupation_code, occupation_confidence, role_family, language, expires_at, sources,
        postings
    )
    select *
    from jobs
    order by hash_key
    on conflict (hash_key) do update
        set
            provider_job_id = excluded.provider_job_id,
            job_link = excluded.job_link,
            job_title = excluded.job_title,
            company = excluded.company,
            company_size = excluded.company_size,
            location = excluded.location,
            remote_type = excluded.remote_type,
            contract_type = excluded.contract_type,
            salary_min = excluded.salary_min,
            salary_max = excluded.salary_max,
            salary_currency = excluded.salary_currency,
            description = excluded.description,
            skills_raw = excluded.skills_raw,
            posted_at = excluded.posted_at,
            apply_url = excluded.apply_url,
            source = excluded.source,
            first_seen_at = excluded.first_seen_at,
            last_seen_at = excluded.last_seen_at,
            closed_at = excluded.closed_at,
            company_key = excluded.company_key,
            job_title_std = excluded.job_title_std,
            seniority_level = excluded.seniority_level,
            location_std = excluded.location_std,
            places = excluded.places,
            remote_countries = excluded.remote_countries,
            salary_period = excluded.salary_period,
            salary_min_norm = excluded.salary_min_norm,
            salary_max_norm = excluded.salary_max_norm,
            salary_currency_norm = excluded.salary_currency_norm,
            skills = excluded.skills,
            department = excluded.department,
            industry = excluded.industry,
            occupation = excluded.occupation,
            occupation_code = excluded.occupation_code,
            occupation_confidence = excluded.occupation_confidence,
            role_family = excluded.role_family,
            language = excluded.language,
            expires_at = excluded.expires_at,
            sources = excluded.sources,
            postings = excluded.postings
        where job_postings_stg.* is distinct from excluded.*
    returning hash_key
),

orphaned as (
    delete from staging.job_postings_stg
    using (
        select touched.hash_key
        from touched
        except
        select summary.hash_key
        from summary
    ) as gone
    where job_postings_stg.hash_key = gone.hash_key
    returning job_postings_stg.hash_key
)

insert into staging.changed_jobs (hash_key)
select hash_key
from written
union
select hash_key
from orphaned
order by hash_key
-- Not "do nothing": the row must be locked, or a build that takes it out now would miss what is written here.
on conflict (hash_key) do update
    set hash_key = excluded.hash_key
