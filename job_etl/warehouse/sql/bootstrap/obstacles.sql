-- One row an obstacle to setting up the schema as the connected role.
select format('database %I is encoded in %s, not UTF8: create it with encoding UTF8', current_database(), encoding)
from (select getdatabaseencoding() as encoding) as database
where encoding <> 'UTF8'
union all
select format(
    '%I may not create schemas in database %I: grant create on database %2$I to %1$I', current_user, current_database()
)
where not has_database_privilege(current_database(), 'create')
union all
select format(
    '%I may not create functions in schema public: grant create on schema public to %1$I', current_user
)
where not coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false)
union all
select format(
    '%I may not create the roles %s: alter role %1$I createrole, or create them as another', current_user, missing
)
from (
    select string_agg(role, ' and ' order by role) as missing
    from unnest(array['job_etl_user', 'job_etl_reader']) as role
    where to_regrole(role) is null
) as roles
where
    missing is not null
    and not exists (
        select 1
        from pg_roles
        where rolname = current_user and (rolsuper or rolcreaterole)
    )
