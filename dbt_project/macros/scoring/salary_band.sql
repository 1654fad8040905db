{#-
1 where the advertised pay and the wished band meet. Below the band it falls to 0 at half of its lower end, above it to 0
at twice its upper end.
-#}
{% macro score_salary_band() %}
    select
        case
            when lowest is null or coalesce(ranking.salary_target_min, ranking.salary_target_max) is null then null
            when highest < ranking.salary_target_min
                then greatest(0, 1 - 2 * (ranking.salary_target_min - highest) / ranking.salary_target_min)
            when lowest > ranking.salary_target_max
                then greatest(0, 1 - (lowest - ranking.salary_target_max) / ranking.salary_target_max)
            else 1.0
        end as score,
        jsonb_strip_nulls(jsonb_build_object(
            'basis', case
                when lowest is null then 'unknown'
                when highest < ranking.salary_target_min then 'below'
                when lowest > ranking.salary_target_max then 'above'
                else 'inside'
            end,
            'min', job.salary_min_norm,
            'max', job.salary_max_norm,
            'currency', job.salary_currency_norm
        )) as evidence
    from (
        select
            coalesce(job.salary_min_norm, job.salary_max_norm) as lowest,
            coalesce(job.salary_max_norm, job.salary_min_norm) as highest
        where job.salary_currency_norm = ranking.salary_target_currency
        union all
        select null, null
        limit 1
    ) as pay
{% endmacro %}
