{#- 1 for a preferred value, 0 for another. -#}
{% macro score_preferred(value, preferred) %}
    select
        case when {{ value }} <> 'unknown' and {{ preferred }} <> '{}' then ({{ value }} = any({{ preferred }}))::integer end
            as score,
        jsonb_build_object('value', {{ value }}) as evidence
{% endmacro %}

{#- 1 for a preferred value, a third less for each rung of the ladder between it and the nearest preferred one. -#}
{% macro score_on_ladder(enumeration, value, preferred) %}
    select
        case when count(given.rung) > 0 then greatest(0, 1 - min(abs(given.rung - wished.rung)) / 3.0) end as score,
        jsonb_build_object('value', {{ value }}) as evidence
    from {{ ref('enumerations') }} as given
    join {{ ref('enumerations') }} as wished on given.enumeration = wished.enumeration
    where given.enumeration = '{{ enumeration }}'
        and given.value = {{ value }}
        and wished.value = any({{ preferred }})
{% endmacro %}
