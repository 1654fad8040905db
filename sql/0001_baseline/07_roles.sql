-- Roles belong to the server, not to the database: another database's bootstrap may have made them, or be at it.
-- An administrator may have made them too, for an owner who may not create roles.
do $$
declare
    name text;
begin
    foreach name in array array['job_etl_user', 'job_etl_reader'] loop
        if to_regrole(name) is null then
            begin
                execute format('create role %I', name);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
    end loop;
end
$$;

revoke create on schema public from public;

grant usage on schema public to job_etl_user, job_etl_reader;
grant execute on function
public.collapse_white_space(text),
public.generate_hash_key(text, text, text),
public.distance_km(double precision, double precision, double precision, double precision)
to job_etl_user, job_etl_reader;

grant usage on schema raw, staging, marts, ops to job_etl_user;
grant select, insert, update, delete on all tables in schema raw, staging, marts, ops to job_etl_user;
-- A build analyses its claim.
grant maintain on staging.claimed_jobs, staging.claimed_companies to job_etl_user; -- noqa: PRS
grant usage on all sequences in schema raw, staging, marts, ops to job_etl_user;
revoke insert, update, delete on ops.schema_version, marts.job_posting_stats from job_etl_user;

grant usage on schema marts to job_etl_reader;
grant select on all tables in schema marts to job_etl_reader;
