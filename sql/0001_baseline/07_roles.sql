-- Roles belong to the server, not to the database: another database's bootstrap may have made them, or be at it.
do $$
declare
    name text;
begin
    foreach name in array array['job_etl_user', 'job_etl_reader'] loop
        begin
            execute format('create role %I', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
end
$$;

revoke create on schema public from public;

grant usage on schema raw, staging, marts, ops to job_etl_user;
grant select, insert, update, delete on all tables in schema raw, staging, marts, ops to job_etl_user;
grant usage on all sequences in schema raw, staging, marts, ops to job_etl_user;

grant usage on schema marts to job_etl_reader;
grant select on all tables in schema marts to job_etl_reader;
