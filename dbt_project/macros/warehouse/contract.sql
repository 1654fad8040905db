{#- The columns of a contract, without dbt's warning that a numeric has no precision: pay comes in every currency. -#}
{% macro postgres__get_empty_schema_sql(columns) %}
    select
    {%- for column in columns.values() %}
        cast(null as {{ column["data_type"] }}) as {{ column["name"] }}{{ "," if not loop.last }}
    {%- endfor %}
{% endmacro %}
