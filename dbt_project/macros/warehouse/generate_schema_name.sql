{#- The bare schema: a table has one name in dbt, in Dagster and in the warehouse. -#}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{- custom_schema_name or target.schema -}}
{% endmacro %}
