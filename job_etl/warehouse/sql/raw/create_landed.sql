create temporary table if not exists landed (
    line integer,
    source_job_id text,
    payload_hash uuid,
    payload jsonb
) on commit delete rows;

create temporary table if not exists unreadable_lines (
    line integer,
    reason text,
    content text
) on commit delete rows;

create temporary table if not exists classified (
    line integer,
    source_job_id text,
    payload_hash uuid,
    payload jsonb,
    raw_id uuid,
    status text
) on commit delete rows;
