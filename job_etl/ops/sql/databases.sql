-- Nobody enters a database that is not theirs: the default lets every role into each.
do $$
declare
    name text;
begin
    foreach name in array array['job_etl', 'dagster', 'postgres', 'template1'] loop
        execute format('revoke all on database %I from public', name);
    end loop;
end
$$;

grant connect, temporary on database job_etl to job_etl_user;
grant connect on database job_etl to job_etl_reader;
