{#- A build whose dbt was killed ends within seconds, and does not go on for nobody with the claim locked. -#}
{% macro stop_with_dbt() %}
    set local client_connection_check_interval = '5s';
{% endmacro %}
