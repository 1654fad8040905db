delete from staging.posting_changes as change
using leaving
where
    change.source = leaving.source
    and change.source_job_id = leaving.source_job_id
    and leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
