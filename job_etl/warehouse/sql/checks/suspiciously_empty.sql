-- Boards that had postings and answered with none when they were last crawled.
select
    source,
    board,
    collected_at,
    reason
from (
    select distinct on (source, board)
        source,
        board,
        collected_at,
        outcome,
        reason
    from raw.crawls
    order by source asc, board asc, collected_at desc, crawl_key desc
) as newest
where outcome = 'suspicious_empty'
order by source, board
limit %(limit)s
