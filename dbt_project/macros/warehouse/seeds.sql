{#- A seed is merged into its table, so that loading it again writes nothing. Its key is `meta.key`. -#}
{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {{ return("") }}
{% endmacro %}

{% macro postgres__load_csv_rows(model, agate_table) %}
    {%- set columns = agate_table.column_names -%}
    {%- set key = model.config.meta["key"] -%}
    {%- set values = columns | reject("in", key) | list -%}
    {%- set bindings = [] -%}
    {%- for row in agate_table.rows -%}{%- do bindings.extend(row) -%}{%- endfor -%}

    {%- set sql %}
    with seed ({{ columns | join(", ") }}) as (
        values
        {%- for row in agate_table.rows %}
        ({% for column in columns %}%s::{{ model.config.column_types[column] }}{{ ", " if not loop.last }}{% endfor %})
        {{- "," if not loop.last }}
        {%- endfor %}
    )
    merge into {{ this }} as old
    using seed as new
    on (old.{{ key | join(", old.") }}) = (new.{{ key | join(", new.") }})
    when matched
        and (old.{{ values | join(", old.") }}) is distinct from (new.{{ values | join(", new.") }})
        then update set {% for column in values %}{{ column }} = new.{{ column }}{{ ", " if not loop.last }}{% endfor %}
    when not matched by target
        then insert ({{ columns | join(", ") }}) values (new.{{ columns | join(", new.") }})
    when not matched by source then delete
    {%- endset %}

    {% do adapter.add_query(sql, bindings=bindings, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}
