{% macro require_ranking() %}
    do $$
    begin
        if not exists (select from ops.ranking) then
            raise 'no ranking is applied: apply config/ranking.yml first (`job-etl run` does)';
        end if;
    end
    $$;
{% endmacro %}
