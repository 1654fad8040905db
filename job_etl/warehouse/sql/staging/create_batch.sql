create temporary table if not exists batch (
    crawl_id bigint primary key,
    source text,
    board text,
    company text,
    params jsonb,
    collected_at timestamptz,
    outcome text,
    overlapping boolean,
    unseen_for interval
) on commit delete rows;

-- Every posting that a crawl of the batch saw, with the payload it saw.
create temporary table if not exists seen (
    source text,
    source_job_id text,
    crawl_id bigint,
    raw_id uuid,
    board text,
    seen_at timestamptz,
    primary key (source, source_job_id)
) on commit delete rows;

-- The payloads of the batch that are to be read, and for which crawl.
create temporary table if not exists unread (
    raw_id uuid,
    crawl_id bigint
) on commit delete rows;

-- The postings of the batch whose payload is new, as it reads now.
create temporary table if not exists derived (
    like staging.postings including all excluding indexes excluding constraints
) on commit delete rows;

create temporary table if not exists unreadable (
    crawl_id bigint,
    line integer,
    source text,
    board text,
    source_job_id text,
    raw_id uuid,
    reason text,
    normalizer_version text
) on commit delete rows;

create temporary table if not exists touched_jobs (
    hash_key text
) on commit delete rows;
