select (value::jsonb ->> 'at')::timestamptz as at
from ops.state
where
    name = 'marts'
    and value::jsonb ->> 'project' = %(project)s
    and not exists (select from staging.changed_jobs)
    and not exists (select from staging.claimed_jobs)
    and not exists (select from staging.claimed_companies)
