{#- sql/ owns every schema and table. dbt says so where one is missing, instead of making its own idea of it. -#}
{% macro refuse_to_create(what) %}
    {% do exceptions.raise_compiler_error(
        what ~ " is not there: bring the schema up to date first (materialise bootstrap/schema, or `job-etl run`)"
    ) %}
{% endmacro %}

{% macro require_tables() %}
    {% if execute and flags.WHICH in ("build", "run") %}
        {%- set missing = run_query("
            select table_name
            from unnest(array['marts.dim_companies', 'marts.fact_jobs', 'staging.claimed_jobs', 'ops.ranking']) as table_name
            where to_regclass(table_name) is null
        ").columns[0].values() -%}
        {% if missing %}
            {% do refuse_to_create(missing | join(", ")) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro postgres__create_schema(relation) %}
    {% do refuse_to_create("the schema " ~ relation.schema) %}
{% endmacro %}

{% macro postgres__create_csv_table(model, agate_table) %}
    {% do refuse_to_create(this.schema ~ "." ~ this.identifier) %}
{% endmacro %}

{#- Columns that only the table has are its own: surrogate ids and times of writing. -#}
{% macro postgres__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {%- set missing = schema_changes_dict["source_not_in_target"] | map(attribute="name") | list -%}
    {%- set retyped = schema_changes_dict["new_target_types"] | map(attribute="column_name") | list -%}
    {% if missing or retyped %}
        {% do refuse_to_create(
            target_relation.schema ~ "." ~ target_relation.identifier ~ " as the model has it (" ~ (missing + retyped) | join(", ") ~ ")"
        ) %}
    {% endif %}
{% endmacro %}
