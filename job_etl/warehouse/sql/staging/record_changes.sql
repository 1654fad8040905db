-- The events that the batch brings, and of each kind how many postings they befell.
-- Few of a batch are read again, and only theirs are the wide rows that are looked at.
with met as materialized (
    select
        derived.source,
        derived.source_job_id,
        postings.source_job_id is null as is_new,
        postings.normalizer_version = derived.normalizer_version as is_comparable
    from derived
    left join staging.postings on derived.source = postings.source and derived.source_job_id = postings.source_job_id
),

rereadings as materialized (
    select
        seen.source,
        seen.source_job_id,
        seen.crawl_id,
        seen.seen_at,
        to_jsonb(postings) as old_row,
        to_jsonb(derived) as new_row
    from met
    inner join derived on met.source = derived.source and met.source_job_id = derived.source_job_id
    inner join seen on met.source = seen.source and met.source_job_id = seen.source_job_id
    inner join staging.postings on met.source = postings.source and met.source_job_id = postings.source_job_id
    where met.is_comparable
),

events as (
    select
        met.source,
        met.source_job_id,
        seen.seen_at as changed_at,
        'opened' as kind,
        '' as field,
        null::jsonb as old_value,
        null::jsonb as new_value,
        seen.crawl_id
    from met
    inner join seen on met.source = seen.source and met.source_job_id = seen.source_job_id
    where met.is_new

    union all

    -- A value that another version of the normaliser reads differently was not changed by the employer, nor was the
    -- query of a link, which is for tracking, nor a date that is told in days from today.
    select
        rereadings.source,
        rereadings.source_job_id,
        rereadings.seen_at as changed_at,
        'changed' as kind,
        field.name as field,
        rereadings.old_row -> field.name as old_value,
        rereadings.new_row -> field.name as new_value,
        rereadings.crawl_id
    from rereadings
    cross join unnest(%(fields)s::text[]) as field (name)
    where
        case
            when field.name in ('url', 'apply_url')
                then
                    split_part(rereadings.old_row ->> field.name, '?', 1)
                    is distinct from split_part(rereadings.new_row ->> field.name, '?', 1)
            when field.name = 'posted_at' and rereadings.new_row #>> '{provenance,posted_at,how}' = 'parsed'
                then false
            else rereadings.old_row -> field.name is distinct from rereadings.new_row -> field.name
        end

    union all

    select
        postings.source,
        postings.source_job_id,
        seen.seen_at as changed_at,
        'reopened' as kind,
        '' as field,
        null::jsonb as old_value,
        null::jsonb as new_value,
        seen.crawl_id
    from seen
    inner join staging.postings on seen.source = postings.source and seen.source_job_id = postings.source_job_id
    where postings.closed_at is not null
),

recorded as (
    insert into staging.posting_changes (
        source, source_job_id, changed_at, kind, field, old_value, new_value, crawl_id
    )
    select
        source,
        source_job_id,
        changed_at,
        kind,
        field,
        -- A description is long and lies in the raw payloads: here it is enough to tell one from another.
        case field when 'description' then to_jsonb(md5(old_value #>> '{}')) else old_value end,
        case field when 'description' then to_jsonb(md5(new_value #>> '{}')) else new_value end,
        crawl_id
    from events
    on conflict do nothing
    returning kind, source, source_job_id
)

select
    kind,
    count(*) as postings
from (
    select distinct
        kind,
        source,
        source_job_id
    from recorded
) as befallen
group by kind
