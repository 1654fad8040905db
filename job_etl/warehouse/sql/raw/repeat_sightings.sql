-- "Not modified" says that the board shows what it showed when it was last read in full.
insert into raw.sightings (crawl_id, raw_id)
select
    %(crawl_id)s,
    sightings.raw_id
from raw.sightings
where sightings.crawl_id = (
    select crawls.crawl_id
    from raw.crawls
    where
        crawls.source = %(source)s
        and crawls.board = %(board)s
        and crawls.outcome in ('complete', 'not_modified')
        and crawls.collected_at < %(collected_at)s
    order by crawls.collected_at desc, crawls.crawl_key desc
    limit 1
)
