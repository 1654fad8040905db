create table raw.crawls (
    crawl_id bigint generated always as identity primary key,
    crawl_key text not null unique,
    source text not null,
    board text not null,
    company text,
    params jsonb not null default '{}',
    collected_at timestamptz not null,
    outcome text not null
    check (outcome in ('complete', 'not_modified', 'partial', 'failed', 'suspicious_empty')),
    reason text,
    payloads integer not null default 0,
    new_payloads integer not null default 0,
    changed_payloads integer not null default 0,
    unchanged_payloads integer not null default 0,
    duplicate_payloads integer not null default 0,
    unreadable_payloads integer not null default 0,
    requests integer not null default 0,
    received_bytes bigint not null default 0,
    loaded_at timestamptz not null default now(),
    staged_at timestamptz
);
comment on table raw.crawls is 'One row a crawl that was loaded from the landing zone';
comment on column raw.crawls.crawl_key is 'Where the crawl lies in the landing zone, without its ending';
comment on column raw.crawls.company is 'The employer as configured, for providers that do not name it';
comment on column raw.crawls.payloads is
'Payloads in the crawl: new + changed + unchanged + duplicate + unreadable';
comment on column raw.crawls.staged_at is 'When its postings were brought up to date; null while that is to do';

create index crawls_board_idx on raw.crawls (source, board, collected_at);
create index crawls_pending_idx on raw.crawls (source, board, collected_at) where staged_at is null;

-- Version 7 ids grow with time, so the primary key's pages fill in order.
create table raw.job_postings_raw (
    raw_id uuid primary key default uuidv7(),
    source text not null,
    payload jsonb not null,
    collected_at timestamptz default now(),
    board text,
    source_job_id text,
    payload_hash uuid,
    crawl_id bigint references raw.crawls (crawl_id),
    line integer
);
comment on table raw.job_postings_raw is
'One row a payload that was new or had changed since its posting was last seen';
comment on column raw.job_postings_raw.source_job_id is
'The provider''s identity of the posting; null where the payload has none';
comment on column raw.job_postings_raw.payload_hash is
'md5 of the payload with sorted keys and without the fields that change by themselves';
comment on column raw.job_postings_raw.line is 'The line of the crawl''s file that holds the payload, from 1';

create index job_postings_raw_collected_at_idx on raw.job_postings_raw (collected_at);
create index job_postings_raw_source_idx on raw.job_postings_raw (source);
create index job_postings_raw_payload_idx on raw.job_postings_raw using gin (payload jsonb_path_ops);
create index job_postings_raw_posting_idx on raw.job_postings_raw (source, source_job_id, collected_at);
create index job_postings_raw_crawl_idx on raw.job_postings_raw (crawl_id);

-- pglz takes most of the time of a load. lz4 halves the size for little; where the server was built without it,
-- payloads are stored as they are.
do $$
begin
    alter table raw.job_postings_raw alter column payload set compression lz4;
exception when feature_not_supported then
    alter table raw.job_postings_raw alter column payload set storage external;
end
$$;

-- No foreign keys: a sighting is written in the transaction that writes or has just read the rows it names, and
-- checking each again would double the cost of a crawl in which nothing changed. A data check covers it.
create table raw.sightings (
    crawl_id bigint not null,
    raw_id uuid not null,
    primary key (crawl_id, raw_id)
);
comment on table raw.sightings is 'One row a crawl and posting: the crawl saw the posting with this payload';

create table raw.rejects (
    crawl_id bigint not null references raw.crawls (crawl_id),
    line integer not null,
    source text not null,
    board text not null,
    source_job_id text,
    raw_id uuid references raw.job_postings_raw (raw_id),
    reason text not null,
    content text,
    normalizer_version text,
    rejected_at timestamptz not null default now(),
    primary key (crawl_id, line)
);
comment on table raw.rejects is 'One row a payload that could not be normalised, until it can';
comment on column raw.rejects.content is 'The text of a line that could not be kept as a payload';

create index rejects_raw_id_idx on raw.rejects (raw_id);
