-- Every event of a posting, in the order in which they happened.
select
    changed_at,
    kind,
    nullif(field, '') as field,
    old_value,
    new_value
from staging.posting_changes
where source = %(source)s and source_job_id = %(source_job_id)s
order by changed_at, kind = 'changed', field
