-- What the new reading of a board's payloads says otherwise than the one in force, a row a field.
with readings as materialized (
    select
        derived.source,
        derived.source_job_id,
        to_jsonb(postings) as old_row,
        to_jsonb(derived) as new_row
    from derived
    inner join staging.postings on derived.source = postings.source and derived.source_job_id = postings.source_job_id
)

select
    readings.source,
    readings.source_job_id,
    compared.name as field,
    readings.old_row -> compared.name as old_value,
    readings.new_row -> compared.name as new_value
from readings
cross join unnest(%(fields)s::text[]) as compared (name)
where readings.old_row -> compared.name is distinct from readings.new_row -> compared.name
order by readings.source_job_id, compared.name
