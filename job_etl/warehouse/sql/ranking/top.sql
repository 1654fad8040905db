-- The jobs that one can apply to and wants to see, best first; all of them where the limit is null.
select
    row_number() over best_first as rank,
    jobs.rank_score as score,
    jobs.job_title as title,
    companies.company,
    companies.company_size,
    jobs.location_std as location,
    jobs.remote_type,
    jobs.contract_type,
    jobs.seniority_level as seniority,
    round(jobs.salary_min_norm, 2) as salary_min,
    round(jobs.salary_max_norm, 2) as salary_max,
    jobs.salary_currency_norm as salary_currency,
    jobs.skills,
    jobs.posted_at,
    jobs.first_seen_at,
    jobs.closed_at,
    jobs.excluded_by,
    jobs.source,
    jobs.sources,
    jobs.job_link,
    jobs.apply_url,
    jobs.hash_key,
    jobs.rank_explain
from marts.fact_jobs as jobs
left join marts.dim_companies as companies on jobs.company_id = companies.company_id
where
    jobs.closed_at is null
    and jobs.excluded_by is null
    and jobs.rank_score is not null
    and (jobs.expires_at is null or jobs.expires_at > now())
window best_first as (order by jobs.rank_score desc, jobs.posted_at desc nulls last, jobs.hash_key)
order by jobs.rank_score desc, jobs.posted_at desc nulls last, jobs.hash_key
limit %(limit)s
