{#-
A data test looks at the rows that the last build wrote: the others were looked at when they were written, and a table of
a million would be read once a test. `--vars 'test_all_rows: true'` looks at all.
-#}
{% macro postgres__get_where_subquery(relation) %}
    {%- set tested = graph.nodes.get(model.attached_node) if execute -%}
    {%- set written_at = (tested.config.meta or {}).get("written_at") if tested -%}
    {%- if not written_at or var("test_all_rows", false) -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set rows -%}
        (select * from {{ relation }} where {{ written_at }} = (select max({{ written_at }}) from {{ relation }}))
    {%- endset -%}
    {{ return(rows) }}
{% endmacro %}
