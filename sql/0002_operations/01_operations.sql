create table ops.run_stats (
    run_id uuid not null,
    stage text not null,
    job text not null,
    succeeded boolean not null,
    began_at timestamptz not null,
    seconds double precision not null,
    rows_in bigint,
    rows_new bigint,
    rows_changed bigint,
    rows_rejected bigint,
    bytes bigint,
    primary key (run_id, stage)
);
comment on table ops.run_stats is 'One row a run and stage: how long it took and what it did';
comment on column ops.run_stats.rows_in is 'Payloads crawled or loaded, postings read';
comment on column ops.run_stats.bytes is 'What providers sent';

create index run_stats_began_at_idx on ops.run_stats (began_at);

create view ops.stage_days as
select
    date_trunc('day', began_at, 'UTC') as day,
    stage,
    count(*) as runs,
    count(*) filter (where not succeeded) as failed_runs,
    round(avg(seconds)::numeric, 1) as average_seconds,
    round(max(seconds)::numeric, 1) as longest_seconds,
    sum(rows_in) as rows_in,
    sum(rows_new) as rows_new,
    sum(rows_changed) as rows_changed,
    sum(rows_rejected) as rows_rejected,
    sum(bytes) as bytes
from ops.run_stats
group by day, stage;
comment on view ops.stage_days is 'One row a day (UTC) and stage, for dashboards';

create table ops.host_pace (
    host text primary key,
    next_at timestamptz,
    day date,
    asked integer not null default 0
);
comment on table ops.host_pace is
'One row a provider''s host: how fast crawls on all machines may ask it together';
comment on column ops.host_pace.next_at is 'The next moment at which nobody has leave to ask yet';
comment on column ops.host_pace.asked is 'Requests of the day (UTC), for providers with a daily quota';

grant select, insert, update, delete on ops.run_stats, ops.host_pace to job_etl_user;
grant select on ops.stage_days to job_etl_user;

-- What brings rows in makes the statistics of the tables that have grown by them.
grant maintain on -- noqa: PRS
raw.crawls, raw.sightings, raw.job_postings_raw, raw.rejects, staging.postings, staging.job_postings_stg
to job_etl_user;

-- A backup reads how far the sequences are.
grant select on all sequences in schema raw, staging, marts, ops to job_etl_user;
