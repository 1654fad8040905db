{#-
The weighted share of the wished skills that the job names; a must-have counts as three nice-to-haves.

A job without skills is unknown where there is no text to find them in, or only the first 500 characters of it, which
is what some aggregators send; a whole description that names none has been read.
-#}
{% macro score_skills_overlap() %}
    select
        case
            when job.skills <> '{}' or job.description_bytes > 600
                then coalesce(sum(weight) filter (where hit), 0) / sum(weight)
        end as score,
        jsonb_build_object(
            'matched', coalesce(jsonb_agg(skill order by position) filter (where hit), '[]'),
            'missing_must_have', coalesce(jsonb_agg(skill order by position) filter (where not hit and must), '[]'),
            'missing_nice_to_have', coalesce(jsonb_agg(skill order by position) filter (where not hit and not must), '[]')
        ) as evidence
    from (
        select
            wish.skill,
            wish.position,
            wish.position <= cardinality(ranking.must_have_skills) as must,
            case when wish.position <= cardinality(ranking.must_have_skills) then 3.0 else 1.0 end as weight,
            lower(wish.skill collate pg_c_utf8) = any(job.skill_names) as hit
        from unnest(ranking.must_have_skills || ranking.nice_to_have_skills) with ordinality as wish (skill, position)
    ) as skills
{% endmacro %}
