create table marts.enumerations (
    enumeration text not null,
    value text not null,
    rung integer,
    label text not null,
    primary key (enumeration, value)
);
comment on table marts.enumerations is 'One row a value of an enumeration';
comment on column marts.enumerations.rung is 'Place on the ladder, from 0; null where the values have no order';

create table marts.dim_companies (
    company_id serial primary key,
    company text not null,
    company_size text not null default 'unknown',
    source_first_seen text,
    created_at timestamptz not null default now(),
    company_key text not null unique,
    updated_at timestamptz not null default now()
);
comment on table marts.dim_companies is 'One row an employer';
comment on column marts.dim_companies.company_id is
'The employer''s number in this database, which never changes; rebuilt elsewhere it is another';

create index dim_companies_updated_at_idx on marts.dim_companies (updated_at);

create table marts.fact_jobs (
    job_id serial primary key,
    hash_key text not null unique,
    job_title_std text,
    company_id integer references marts.dim_companies (company_id),
    location_std text,
    location_lat double precision,
    location_lon double precision,
    remote_type text not null default 'unknown' check (remote_type in ('remote', 'hybrid', 'onsite', 'unknown')),
    contract_type text not null default 'unknown'
    check (contract_type in ('full_time', 'part_time', 'contract', 'intern', 'temp', 'unknown')),
    salary_min_norm numeric,
    salary_max_norm numeric,
    salary_currency_norm text,
    skills text[] not null default '{}',
    posted_at timestamptz,
    source text not null,
    apply_url text,
    rank_score numeric check (rank_score between 0 and 100),
    rank_explain jsonb,
    ingested_at timestamptz not null default now(),
    job_title text,
    job_link text,
    seniority_level text not null default 'unknown',
    occupation text,
    role_family text,
    location_city text,
    location_region text,
    location_country text,
    remote_countries text[] not null default '{}',
    department text,
    language text,
    sources text[] not null default '{}',
    first_seen_at timestamptz not null,
    closed_at timestamptz,
    expires_at timestamptz,
    excluded_by text
);
comment on table marts.fact_jobs is 'One row a job, scored against the profile';
comment on column marts.fact_jobs.job_id is
'The job''s number in this database, which never changes; rebuilt elsewhere it is another';
comment on column marts.fact_jobs.ingested_at is 'When the row was last written';
comment on column marts.fact_jobs.excluded_by is
'Why the profile leaves the job out of the list; null where it does not';

create index fact_jobs_rank_score_idx on marts.fact_jobs (rank_score desc);
create index fact_jobs_company_id_idx on marts.fact_jobs (company_id);
create index fact_jobs_posted_at_idx on marts.fact_jobs (posted_at);
create index fact_jobs_ingested_at_idx on marts.fact_jobs (ingested_at);

-- A build writes thousands of rows at one time. Told that each time is another, the planner looks the last ones up
-- through the index where it would read the table.
alter table marts.fact_jobs alter column ingested_at set (n_distinct = -1);
alter table marts.dim_companies alter column updated_at set (n_distinct = -1);

create view marts.job_posting_stats as
select
    source,
    count(*) as jobs,
    count(*) filter (where closed_at is null) as open_jobs,
    count(distinct company_id) as companies,
    count(*) filter (where remote_type = 'remote') as remote_jobs,
    count(*) filter (where salary_min_norm is not null or salary_max_norm is not null) as jobs_with_salary,
    round(avg(rank_score), 1) as average_rank_score,
    min(posted_at) as first_posted_at,
    max(posted_at) as last_posted_at,
    max(ingested_at) as last_ingested_at
from marts.fact_jobs
group by source;
comment on view marts.job_posting_stats is 'One row a source';
