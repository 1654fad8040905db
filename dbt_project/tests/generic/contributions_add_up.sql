{#- The contributions of a job's features sum to its score, but for the rounding of the score to two places. -#}
{% test contributions_add_up(model) %}
    select
        hash_key,
        rank_score,
        contributions
    from {{ model }}
    cross join lateral (
        select sum((value ->> 'contribution')::numeric) as contributions
        from jsonb_each(rank_explain)
    ) as summed
    where abs(contributions - rank_score) > 0.005 or contributions is null
{% endtest %}
