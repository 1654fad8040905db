create table raw.archived_postings (
    source text not null,
    source_job_id text not null,
    raw_id uuid not null,
    last_seen_at timestamptz not null,
    closed_at timestamptz not null,
    archived_at timestamptz not null default now(),
    primary key (source, source_job_id)
);
comment on table raw.archived_postings is
'One row a closed posting whose payloads, sightings and history are in the archive; its row in staging stays';
comment on column raw.archived_postings.raw_id is 'The payload it was last read from, which is in the archive';
comment on column raw.archived_postings.closed_at is 'When it had closed when it was archived; it may be open again';

-- For the newest: what a crawl after that saw cannot be of the archived life of a posting.
create index archived_postings_closed_at_idx on raw.archived_postings (closed_at);

alter table raw.crawls add column archived_payloads integer not null default 0;
comment on column raw.crawls.archived_payloads is 'Of the new and changed payloads those that are in the archive';

grant select, insert, update, delete on raw.archived_postings to job_etl_user;
