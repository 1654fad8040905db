{#-
The incremental strategy `merge_changed`: inserts new rows, updates rows that differ, and writes no version of the others.

Only the model's own columns are compared and written, so surrogate ids and defaults stay the table's.
`meta.written_at` names the column that notes the time of an update; its default notes that of an insert.
-#}
{% macro get_incremental_merge_changed_sql(arg_dict) %}
    {%- set key = arg_dict["unique_key"] -%}
    {%- set columns = adapter.get_columns_in_relation(arg_dict["temp_relation"]) | map(attribute="quoted") | list -%}
    {%- set values = columns | reject("equalto", adapter.quote(key)) | list -%}
    {%- set written_at = config.get("meta", {})["written_at"] -%}

    merge into {{ arg_dict["target_relation"] }} as old
    using {{ arg_dict["temp_relation"] }} as new
    on old.{{ key }} = new.{{ key }}
    when matched
        and (old.{{ values | join(", old.") }}) is distinct from (new.{{ values | join(", new.") }})
        then update set
            {%- for column in values %}
            {{ column }} = new.{{ column }},
            {%- endfor %}
            {{ written_at }} = now()
    when not matched
        then insert ({{ columns | join(", ") }}) values (new.{{ columns | join(", new.") }})
{% endmacro %}
