{#- The share of the keywords that the title has as whole words. -#}
{% macro score_title_keywords() %}
    select
        case when job.job_title is not null then avg(hit::integer) end as score,
        jsonb_build_object(
            'matched', coalesce(jsonb_agg(keyword order by position) filter (where hit), '[]'),
            'missing', coalesce(jsonb_agg(keyword order by position) filter (where not hit), '[]')
        ) as evidence
    from (
        select
            wish.keyword,
            wish.position,
            strpos(job.title_words, wish.words) > 0 as hit
        from unnest(ranking.title_keywords, ranking.title_keyword_words)
            with ordinality as wish (keyword, words, position)
    ) as keywords
{% endmacro %}
