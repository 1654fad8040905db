-- One row an obstacle to setting up the schema as the connected role.
with facts as (
    select
        quote_ident(current_user) as me,
        quote_ident(current_database()) as here
)

select concat('database ', here, ' is encoded in ', getdatabaseencoding(), ': create it with encoding UTF8')
from facts
where getdatabaseencoding() <> 'UTF8'
union all
select concat(me, ' may not create schemas: grant create on database ', here, ' to ', me)
from facts
where not has_database_privilege(current_database(), 'create')
union all
select concat(me, ' may not create functions in public: grant create on schema public to ', me)
from facts
where not coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false)
union all
select concat(me, ' may not create role ', role, ': alter role ', me, ' createrole, or create role ', role)
from facts
cross join unnest(array['job_etl_user', 'job_etl_reader']) as role
where
    to_regrole(role) is null
    and not exists (
        select 1
        from pg_roles
        where rolname = current_user and (rolsuper or rolcreaterole)
    )
