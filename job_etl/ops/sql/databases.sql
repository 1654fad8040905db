-- Nobody enters a database that is not theirs: the default lets every role into each.
do $$
declare
    name text;
begin
    for name in
        select datname
        from pg_database
        where datname in ('job_etl', 'dagster', 'postgres', 'template1') and pg_has_role(datdba, 'usage')
    loop
        execute format('revoke all on database %I from public', name);
    end loop;
end
$$;

grant connect, temporary on database job_etl to job_etl_user;
grant connect on database job_etl to job_etl_reader;
