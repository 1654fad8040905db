{#-
The weighted share of the wished skills that the job names; a must-have counts as three nice-to-haves.

A whole description and a provider's own tags name what a job asks for. A title, and the first 500 characters of a text,
which is all that some aggregators send, name some of it: what they name speaks for a job, what they do not is unknown.
-#}
{% macro score_skills_overlap() %}
    select
        case
            when job.description_bytes > 600 or job.skills_raw <> '{}' or share > 0.5 then share
        end as score,
        jsonb_build_object(
            'matched', matched,
            'missing_must_have', missing_must_have,
            'missing_nice_to_have', missing_nice_to_have
        ) as evidence
    from (
        select
            coalesce(sum(weight) filter (where hit), 0) / sum(weight) as share,
            coalesce(jsonb_agg(skill order by position) filter (where hit), '[]') as matched,
            coalesce(jsonb_agg(skill order by position) filter (where not hit and must), '[]') as missing_must_have,
            coalesce(jsonb_agg(skill order by position) filter (where not hit and not must), '[]')
                as missing_nice_to_have
        from (
            select
                wish.skill,
                wish.position,
                wish.position <= cardinality(ranking.must_have_skills) as must,
                case when wish.position <= cardinality(ranking.must_have_skills) then 3.0 else 1.0 end as weight,
                lower(wish.skill collate pg_c_utf8) = any(job.skill_names) as hit
            from unnest(ranking.must_have_skills || ranking.nice_to_have_skills)
                with ordinality as wish (skill, position)
        ) as wishes
    ) as counted
{% endmacro %}
