-- The closed postings that leave, the payloads they had and the sightings of these; a part is what one file holds.
drop table if exists leaving, leaving_payloads, leaving_sightings;

create temporary table leaving (
    source text,
    source_job_id text,
    raw_id uuid,
    last_seen_at timestamptz,
    closed_at timestamptz,
    month text,
    part bigint,
    primary key (source, source_job_id)
);

create temporary table leaving_payloads (
    raw_id uuid primary key,
    source text,
    month text,
    part bigint
);

create temporary table leaving_sightings (
    crawl_id bigint,
    raw_id uuid
);
