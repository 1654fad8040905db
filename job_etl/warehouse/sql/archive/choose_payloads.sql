insert into leaving_payloads (raw_id, source, month, part)
select
    payload.raw_id,
    leaving.source,
    leaving.month,
    leaving.part
from leaving
inner join raw.job_postings_raw as payload
    on leaving.source = payload.source and leaving.source_job_id = payload.source_job_id
