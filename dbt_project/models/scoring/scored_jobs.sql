-- Each feature is a score from 0 to 1 with its evidence; null is unknown, or not wished for, and counts as 0.5.
with ranking as (
    select * from {{ ref('stg_ranking') }}
),

job as (
    select
        jobs.*,
        companies.company_id,
        coalesce(companies.company_size, 'unknown') as best_known_company_size,
        {{ words('jobs.job_title') }} as title_words,
        {{ lower_all('jobs.skills') }} as skill_names,
        array(
            select distinct place ->> 'country'
            from jsonb_array_elements(jobs.places) as place
            where place ->> 'country' is not null
            order by 1
        ) as countries
    from {{ ref('claimed_jobs') }} as claimed
    join {{ ref('stg_jobs') }} as jobs on claimed.hash_key = jobs.hash_key
    left join {{ ref('dim_companies') }} as companies on jobs.company_key = companies.company_key
    offset 0 -- keeps the words from being made again for every keyword they are compared with
)

select
    job.*,
    ranked.rank_score,
    ranked.rank_explain,
    exclusion.excluded_by

from job
cross join ranking

cross join lateral ({{ score_title_keywords() }}) as title_keywords

cross join lateral ({{ score_skills_overlap() }}) as skills_overlap

cross join lateral ({{ score_location_proximity() }}) as location_proximity

cross join lateral ({{ score_salary_band() }}) as salary_band

cross join lateral (
    {{ score_preferred('job.contract_type', 'ranking.preferred_contracts') }}
) as employment_type

cross join lateral (
    {{ score_on_ladder('seniority_level', 'job.seniority_level', 'ranking.preferred_seniority') }}
) as seniority_match

cross join lateral (
    {{ score_preferred('job.remote_type', 'ranking.preferred_remote') }}
) as remote_type

cross join lateral (
    {{ score_on_ladder('company_size', 'job.best_known_company_size', 'ranking.preferred_company_sizes') }}
) as company_size

cross join lateral (
    select
        round(sum(contribution), 2) as rank_score,
        jsonb_object_agg(
            feature,
            jsonb_build_object(
                'score', trim_scale(score),
                'weight', weight,
                'contribution', trim_scale(contribution),
                'known', known,
                'evidence', evidence
            )
        ) as rank_explain
    from (
        values
        ('title_keywords', title_keywords.score, title_keywords.evidence),
        ('skills_overlap', skills_overlap.score, skills_overlap.evidence),
        ('location_proximity', location_proximity.score, location_proximity.evidence),
        ('salary_band', salary_band.score, salary_band.evidence),
        ('employment_type', employment_type.score, employment_type.evidence),
        ('seniority_match', seniority_match.score, seniority_match.evidence),
        ('remote_type', remote_type.score, remote_type.evidence),
        ('company_size', company_size.score, company_size.evidence)
    ) as features (feature, feature_score, evidence)
    cross join lateral (
        select
            feature_score is not null as known,
            coalesce(round(feature_score, 4), 0.5) as score,
            (ranking.weights ->> feature)::numeric as weight
    ) as weighed
    cross join lateral (select 100 * weight * score as contribution) as contributed
) as ranked

cross join lateral ({{ excluded_by() }}) as exclusion
