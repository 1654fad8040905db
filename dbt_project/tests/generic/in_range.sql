{#- Every value lies between low and high, both included; null is for not_null to find. -#}
{% test in_range(model, column_name, low, high) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} not between {{ low }} and {{ high }}
{% endtest %}
