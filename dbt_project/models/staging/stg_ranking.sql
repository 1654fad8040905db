-- The weights and the profile as typed columns, in one row; an empty list or a null is a wish the person does not have.
-- Materialised, so that it is read once and not once a job.
with ranking as materialized (
    select
        config -> 'weights' as weights,

        {{ profile_texts('title_keywords') }} as title_keywords,
        {{ profile_words('title_keywords') }} as title_keyword_words,
        {{ profile_texts('must_have_skills') }} as must_have_skills,
        {{ profile_texts('nice_to_have_skills') }} as nice_to_have_skills,

        config #>> '{profile,home,region}' as home_region,
        config #>> '{profile,home,country}' as home_country,
        (config #>> '{profile,home,latitude}')::double precision as home_latitude,
        (config #>> '{profile,home,longitude}')::double precision as home_longitude,
        (config #>> '{profile,location_radius_km}')::double precision as radius_km,

        (config #>> '{profile,salary_target,min}')::numeric as salary_target_min,
        (config #>> '{profile,salary_target,max}')::numeric as salary_target_max,
        config #>> '{profile,salary_target,currency}' as salary_target_currency,

        {{ profile_texts('preferred_contracts') }} as preferred_contracts,
        {{ profile_texts('preferred_remote') }} as preferred_remote,
        {{ profile_texts('seniority') }} as preferred_seniority,
        {{ profile_texts('preferred_company_sizes') }} as preferred_company_sizes,

        {{ profile_texts('exclude,companies') }} as excluded_company_keys,
        {{ profile_texts('exclude,title_words') }} as excluded_title_words,
        {{ profile_words('exclude,title_words') }} as excluded_title_word_words,
        {{ profile_texts('exclude,countries') }} as excluded_countries

    from {{ source('ops', 'ranking') }}
)

select * from ranking
