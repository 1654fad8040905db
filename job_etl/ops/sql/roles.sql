-- The accounts of the platform on its server, safe to repeat. Their passwords are set apart, as verifiers.
do $$
declare
    name text;
begin
    foreach name in array array['job_etl_owner', 'job_etl_user', 'job_etl_reader', 'dagster'] loop
        if to_regrole(name) is null then
            execute format('create role %I', name);
        end if;
        execute format('alter role %I login nocreatedb nocreaterole', name);
        -- A managed server's administrator is no superuser, and may not even take these away.
        if current_setting('is_superuser')::boolean then
            execute format('alter role %I nosuperuser noreplication nobypassrls', name);
        end if;
    end loop;
    -- Whoever administers the server must be a member to give a database to its owner, unless a superuser.
    foreach name in array array['job_etl_owner', 'dagster'] loop
        execute format('grant %I to %I', name, current_user);
    end loop;
end
$$;
