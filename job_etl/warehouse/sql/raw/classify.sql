-- What each payload of a crawl is to the posting it is about. Of several payloads with one identity the last counts:
-- it was asked for last. A payload without identity is known again by its content.
insert into classified (line, raw_id, status)
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
