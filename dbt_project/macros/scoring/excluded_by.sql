{#-
Why the list leaves a job out, or null: the profile excludes it, or it says neither who employs nor as what. A country excludes a job that can be done in excluded countries only.
-#}
{% macro excluded_by() %}
    select
        case
            when job.company is null and job.job_title is null then 'names neither a role nor an employer'
            when job.company_key = any(ranking.excluded_company_keys) then 'company ' || job.company
            when title_word is not null then 'title word ' || title_word
            when countries <> '{}' and countries <@ ranking.excluded_countries
                then 'country ' || array_to_string(countries, ', ')
        end as excluded_by
    from (
        select
            (
                select word
                from unnest(ranking.excluded_title_words, ranking.excluded_title_word_words) as wish (word, words)
                where strpos(job.title_words, wish.words) > 0
                limit 1
            ) as title_word,
            case
                when job.remote_type = 'remote' and job.remote_countries <> '{}' then job.remote_countries
                else job.countries
            end as countries
    ) as found
{% endmacro %}
