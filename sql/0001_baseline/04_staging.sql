create table staging.postings (
    source text not null,
    source_job_id text not null,
    board text not null,
    raw_id uuid not null,
    payload_at timestamptz not null,
    hash_key text not null generated always as (public.generate_hash_key(company, title, location)) stored,
    direct boolean not null,
    company text,
    company_key text,
    company_size text not null default 'unknown'
    check (
        company_size in ('1-10', '11-50', '51-200', '201-500', '501-1000', '1001-5000', '5001+', 'unknown')
    ),
    title text,
    title_std text,
    location text,
    location_std text,
    places jsonb not null default '[]',
    remote_type text not null default 'unknown' check (remote_type in ('remote', 'hybrid', 'onsite', 'unknown')),
    remote_countries text[] not null default '{}',
    contract_type text not null default 'unknown'
    check (contract_type in ('full_time', 'part_time', 'contract', 'intern', 'temp', 'unknown')),
    seniority_level text not null default 'unknown'
    check (seniority_level in ('intern', 'junior', 'intermediate', 'senior', 'lead', 'executive', 'unknown')),
    salary_min numeric,
    salary_max numeric,
    salary_currency text,
    salary_period text check (salary_period in ('hour', 'day', 'week', 'month', 'year')),
    salary_min_norm numeric,
    salary_max_norm numeric,
    salary_currency_norm text,
    description text,
    language text,
    skills_raw text[] not null default '{}',
    skills text[] not null default '{}',
    department text,
    industry text,
    occupation text,
    occupation_code text,
    occupation_confidence double precision check (occupation_confidence between 0 and 1),
    role_family text,
    requisition_id text,
    url text,
    apply_url text,
    posted_at timestamptz,
    updated_at timestamptz,
    expires_at timestamptz,
    provenance jsonb not null default '{}',
    normalizer_version text not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    closed_at timestamptz,
    primary key (source, source_job_id),
    check (last_seen_at >= first_seen_at)
) with (fillfactor = 85); -- room to note a sighting in place
comment on table staging.postings is 'One row a posting, as its newest payload reads';
comment on column staging.postings.board is 'The board that last showed it';
comment on column staging.postings.payload_at is 'When the payload it was read from was first seen';
comment on column staging.postings.direct is 'Whether the employer itself publishes on this source';
comment on column staging.postings.company_key is 'The company''s name freed of legal form, case and punctuation';
comment on column staging.postings.places is 'Resolved places: city, region, country, latitude, longitude';
comment on column staging.postings.remote_countries is 'Countries (ISO 3166-1 alpha-2) one may live in';
comment on column staging.postings.occupation is
'What the title means: the occupation''s label in ESCO, or the role where that taxonomy is not at hand';
comment on column staging.postings.occupation_code is 'The occupation''s URI in ESCO';
comment on column staging.postings.occupation_confidence is 'From 0 to 1';
comment on column staging.postings.provenance is 'For each field how (given, parsed, inferred) and by which rule';
comment on column staging.postings.closed_at is
'When the first complete crawl of its board no longer showed it; null while open';

create index postings_hash_key_idx on staging.postings (hash_key);
create index postings_open_idx on staging.postings (source, board) where closed_at is null;

create table staging.posting_changes (
    source text not null,
    source_job_id text not null,
    changed_at timestamptz not null,
    kind text not null check (kind in ('opened', 'changed', 'closed', 'reopened')),
    field text not null default '',
    old_value jsonb,
    new_value jsonb,
    crawl_id bigint not null references raw.crawls (crawl_id),
    primary key (source, source_job_id, changed_at, kind, field)
);
comment on table staging.posting_changes is
'One row an event of a posting: opened, a field changed, closed, reopened; never a better reading of the same payload';
comment on column staging.posting_changes.field is 'The canonical field of a change; empty for the other kinds';

create table staging.job_postings_stg (
    provider_job_id text not null,
    job_link text,
    job_title text,
    company text,
    company_size text not null default 'unknown',
    location text,
    remote_type text not null default 'unknown' check (remote_type in ('remote', 'hybrid', 'onsite', 'unknown')),
    contract_type text not null default 'unknown'
    check (contract_type in ('full_time', 'part_time', 'contract', 'intern', 'temp', 'unknown')),
    salary_min numeric,
    salary_max numeric,
    salary_currency text,
    description text,
    skills_raw text[] not null default '{}',
    posted_at timestamptz,
    apply_url text,
    source text not null,
    hash_key text primary key,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    closed_at timestamptz,
    company_key text,
    job_title_std text,
    seniority_level text not null default 'unknown',
    location_std text,
    places jsonb not null default '[]',
    remote_countries text[] not null default '{}',
    salary_period text,
    salary_min_norm numeric,
    salary_max_norm numeric,
    salary_currency_norm text,
    skills text[] not null default '{}',
    department text,
    industry text,
    occupation text,
    occupation_code text,
    occupation_confidence double precision,
    role_family text,
    language text,
    expires_at timestamptz,
    sources text[] not null,
    postings integer not null
) with (fillfactor = 85);
comment on table staging.job_postings_stg is
'One row a job: the freshest non-null value of each field over its postings, direct boards before aggregators';
comment on column staging.job_postings_stg.closed_at is 'When its last open posting closed; null while one is open';

create index job_postings_stg_source_idx on staging.job_postings_stg (source);
create index job_postings_stg_company_idx on staging.job_postings_stg (company);
create index job_postings_stg_posted_at_idx on staging.job_postings_stg (posted_at);

-- For the newest and the oldest jobs of one company, however many it has, without a look at the jobs themselves.
create index job_postings_stg_company_key_idx
on staging.job_postings_stg (company_key, first_seen_at, hash_key) include (company, source);
create index job_postings_stg_company_size_idx
on staging.job_postings_stg (company_key, first_seen_at, hash_key)
where company_size <> 'unknown';

create table staging.changed_jobs (
    hash_key text primary key
);
comment on table staging.changed_jobs is
'Jobs whose marts are to be built again; the build that does so takes them out';

create table staging.claimed_jobs (
    hash_key text primary key
);
comment on table staging.claimed_jobs is
'Changed jobs that the marts took to build: from the transaction that builds dim_companies to that of fact_jobs';

create table staging.claimed_companies (
    company_key text primary key
);
comment on table staging.claimed_companies is 'The companies of the claimed jobs, before and after the change';

-- As with raw payloads: most of the time of writing a row goes into compressing its description with pglz.
do $$
begin
    alter table staging.postings alter column description set compression lz4;
    alter table staging.job_postings_stg alter column description set compression lz4;
exception when feature_not_supported then
    alter table staging.postings alter column description set storage external;
    alter table staging.job_postings_stg alter column description set storage external;
end
$$;
