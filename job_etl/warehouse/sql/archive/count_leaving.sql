select
    (select count(*) from leaving) as postings,
    (select count(*) from leaving_payloads) as payloads,
    (select count(*) from leaving_sightings) as sightings,
    (
        select count(*) from leaving
        inner join staging.posting_changes as change
            on leaving.source = change.source and leaving.source_job_id = change.source_job_id
    ) as changes
