{#- Every value is one of the enumeration's. -#}
{% test in_enumeration(model, column_name, enumeration) %}
    select checked.{{ column_name }}
    from {{ model }} as checked
    left join {{ ref('enumerations') }} as known
        on known.enumeration = '{{ enumeration }}' and known.value = checked.{{ column_name }}
    where known.value is null
{% endtest %}
