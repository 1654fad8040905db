create temporary table if not exists landed (
    line integer,
    source_job_id text,
    payload_hash uuid
) on commit delete rows
