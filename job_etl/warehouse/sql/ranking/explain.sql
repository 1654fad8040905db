-- The jobs, listed or not, whose keys begin so; a few are enough to see that there are several. Without a rank, which
-- is a place among all. A key is hexadecimal, so "g" ends what begins with one, and the index is of use in every
-- collation.
select
    null as rank,
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
where jobs.hash_key >= %(key)s and jobs.hash_key < %(key)s || 'g'
order by jobs.hash_key = %(key)s desc, jobs.hash_key
limit 3
