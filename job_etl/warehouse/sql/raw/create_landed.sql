-- Not compressed: that takes longer than writing. (The linter does not know the clause yet.)
create temporary table if not exists landed ( -- noqa: PRS
    line integer,
    source_job_id text,
    payload_hash uuid,
    payload jsonb storage external
) on commit delete rows;

create temporary table if not exists unreadable_lines (
    line integer,
    reason text,
    content text
) on commit delete rows;

create temporary table if not exists classified (
    line integer,
    raw_id uuid,
    status text
) on commit delete rows;
