select
    change.source_job_id,
    change.changed_at,
    change.kind,
    change.field,
    change.old_value::text as old_value,
    change.new_value::text as new_value,
    crawls.crawl_key
from leaving
inner join staging.posting_changes as change
    on leaving.source = change.source and leaving.source_job_id = change.source_job_id
inner join raw.crawls on change.crawl_id = crawls.crawl_id
where
    leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
order by change.source_job_id, change.changed_at, change.kind, change.field
