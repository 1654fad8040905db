-- The next crawls to bring in: the oldest pending one of each board, and of each source whose boards overlap, as
-- their order decides what counts as a change. A batch ends where it has enough payloads to be worth its statements.
insert into batch (
    crawl_id, source, board, company, params, collected_at, outcome, overlapping, unseen_for
)
select
    crawl_id,
    source,
    board,
    company,
    params,
    collected_at,
    outcome,
    overlapping,
    unseen_for
from (
    select
        oldest.*,
        sum(payloads + 1) over (order by collected_at, crawl_key) - payloads as payloads_before
    from (
        select distinct on (crawls.source, case when not known.overlapping then crawls.board end)
            crawls.*,
            known.overlapping,
            known.unseen_for
        from raw.crawls
        inner join
            unnest(%(sources)s::text[], %(overlapping)s::boolean[], %(unseen_for)s::interval[])
                as known (source, overlapping, unseen_for)
            on crawls.source = known.source
        where crawls.staged_at is null
        order by
            crawls.source,
            case when not known.overlapping then crawls.board end,
            crawls.collected_at,
            crawls.crawl_key
    ) as oldest
) as queue
where payloads_before <= %(payloads)s
order by collected_at, crawl_key
