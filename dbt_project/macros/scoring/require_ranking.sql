{#- The lock makes a new profile wait until this build has written, so that it queues what was scored with the old one. -#}
{% macro require_ranking() %}
    do $$
    begin
        perform from ops.ranking for share;
        if not found then
            raise 'no ranking is applied: apply config/ranking.yml first (`job-etl run` does)';
        end if;
    end
    $$;
{% endmacro %}
