create table ops.ranking (
    one_row boolean primary key default true check (one_row),
    config jsonb not null,
    applied_at timestamptz not null default now()
);
comment on table ops.ranking is 'The weights and profile that fact_jobs is scored with';

create table ops.state (
    name text primary key,
    value text not null
);
comment on table ops.state is
'What the platform has to remember, such as the normaliser''s version that all was read with';
