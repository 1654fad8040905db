with recorded as (
insert into staging.posting_changes (
    source, source_job_id, changed_at, kind, field, old_value, new_value, crawl_id
)
select
    derived.source,
    derived.source_job_id,
    seen.seen_at,
    'opened',
    '',
    null::jsonb,
    null::jsonb,
    seen.crawl_id
from derived
inner join seen on derived.source = seen.source and derived.source_job_id = seen.source_job_id
where
    not exists (
        select from staging.postings
        where
            postings.source = derived.source
            and postings.source_job_id = derived.source_job_id
    )
union all
select
    derived.source,
    derived.source_job_id,
    seen.seen_at,
    'changed',
    field.name,
    -- A description is long and lies in the raw payloads: here it is enough to tell one from another.
    case when field.name = 'description' then to_jsonb(md5(old_row.value ->> field.name)) else old_row.value -> field.name end,
    case when field.name = 'description' then to_jsonb(md5(new_row.value ->> field.name)) else new_row.value -> field.name end,
    seen.crawl_id
from derived
inner join seen on derived.source = seen.source and derived.source_job_id = seen.source_job_id
inner join staging.postings on derived.source = postings.source and derived.source_job_id = postings.source_job_id
cross join lateral (select to_jsonb(postings) as value offset 0) as old_row
cross join lateral (select to_jsonb(derived) as value offset 0) as new_row
cross join unnest(%(fields)s::text []) as field (name)
where
    -- A value that another version of the normaliser reads differently was not changed by the employer.
    postings.normalizer_version = derived.normalizer_version
    and old_row.value -> field.name is distinct from new_row.value -> field.name
union all
select
    postings.source,
    postings.source_job_id,
    seen.seen_at,
    'reopened',
    '',
    null::jsonb,
    null::jsonb,
    seen.crawl_id
from seen
inner join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
where postings.closed_at is not null
on conflict do nothing
returning kind, source, source_job_id
)

select
    kind,
    count(distinct (source, source_job_id))
from recorded
group by kind
