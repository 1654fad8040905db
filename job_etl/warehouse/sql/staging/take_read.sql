-- Which chunks of payloads were read for nothing but what the batch has to read; the batch need not read those.
with offered as (
    select *
    from unnest(%(chunks)s::integer[], %(raw_ids)s::uuid[], %(crawl_ids)s::bigint[]) as chunk (number, raw_id, crawl_id)
),

wanted as (
    select offered.number
    from offered
    left join unread on offered.raw_id = unread.raw_id and offered.crawl_id = unread.crawl_id
    group by offered.number
    having bool_and(unread.raw_id is not null)
),

taken as (
    delete from unread
    using offered
    where
        unread.raw_id = offered.raw_id
        and offered.number in (select wanted.number from wanted)
)

select number
from wanted
order by number
