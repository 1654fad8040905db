-- Writes a crawl and its sightings, and tells which lines hold a payload that is to be kept, and under which id.
-- What each payload is to the posting it is about: of several with one identity the last counts, as it was asked for
-- last; one without identity is known again by its content.
with classified as materialized (
    select
        landed.line,
        case when newest.payload_hash = landed.payload_hash then newest.raw_id else uuidv7() end as raw_id,
        case
            when landed.is_duplicate then 'duplicate'
            when newest.raw_id is null then 'new'
            when newest.payload_hash = landed.payload_hash then 'unchanged'
            else 'changed'
        end as status
    from (
        select
            line,
            source_job_id,
            payload_hash,
            row_number() over (
                partition by source_job_id, case when source_job_id is null then payload_hash end
                order by line desc
            ) > 1 as is_duplicate
        from landed
    ) as landed
    left join lateral (
        (
            select
                known.raw_id,
                known.payload_hash
            from raw.job_postings_raw as known
            where
                known.source = %(source)s
                and known.source_job_id = landed.source_job_id
                and known.collected_at <= %(collected_at)s
            order by known.collected_at desc
            limit 1
        )
        union all
        (
            select
                known.raw_id,
                known.payload_hash
            from raw.job_postings_raw as known
            where
                landed.source_job_id is null
                and known.source = %(source)s
                and known.source_job_id is null
                and known.board = %(board)s
                and known.payload_hash = landed.payload_hash
                and known.collected_at <= %(collected_at)s
            limit 1
        )
    ) as newest on not landed.is_duplicate
),

crawl as (
    insert into raw.crawls (
        crawl_key, source, board, company, params, collected_at, outcome, reason, requests, received_bytes,
        payloads, new_payloads, changed_payloads, unchanged_payloads, duplicate_payloads, unreadable_payloads
    )
    select
        %(crawl_key)s,
        %(source)s,
        %(board)s,
        %(company)s,
        %(params)s,
        %(collected_at)s,
        %(outcome)s,
        %(reason)s,
        %(requests)s,
        %(received_bytes)s,
        count(*) + %(unreadable)s,
        count(*) filter (where status = 'new'),
        count(*) filter (where status = 'changed'),
        count(*) filter (where status = 'unchanged'),
        count(*) filter (where status = 'duplicate'),
        %(unreadable)s
    from classified
    returning
        crawl_id, payloads, new_payloads, changed_payloads, unchanged_payloads, duplicate_payloads, unreadable_payloads
),

sighted as (
    insert into raw.sightings (crawl_id, raw_id)
    select
        crawl.crawl_id,
        classified.raw_id
    from classified
    cross join crawl
    where
        classified.status <> 'duplicate'
        and %(outcome)s <> 'not_modified' -- which sees what the crawl before it saw
    order by classified.raw_id
)

select
    crawl.*,
    coalesce(kept.lines, '{}') as lines,
    coalesce(kept.raw_ids, '{}') as raw_ids
from crawl
cross join (
    select
        array_agg(line) as lines,
        array_agg(raw_id) as raw_ids
    from classified
    where status in ('new', 'changed')
) as kept
