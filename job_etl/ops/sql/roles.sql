-- The accounts of the platform on its server, safe to repeat. Their passwords are set apart, as verifiers.
do $$
declare
    name text;
begin
    foreach name in array array['job_etl_owner', 'job_etl_user', 'job_etl_reader', 'dagster'] loop
        if to_regrole(name) is null then
            execute format('create role %I', name);
        end if;
        execute format('alter role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', name);
    end loop;
    -- Whoever administers the server must be a member to give a database to its owner, unless a superuser.
    foreach name in array array['job_etl_owner', 'dagster'] loop
        execute format('grant %I to %I', name, current_user);
    end loop;
end
$$;
