-- Boards with a pending crawl that is older than one already brought in: their history has to be told again.
select distinct
    pending.source,
    case when not known.overlapping then pending.board end as board
from raw.crawls as pending
inner join unnest(%(sources)s::text[], %(overlapping)s::boolean[]) as known (source, overlapping)
    on pending.source = known.source
where
    pending.staged_at is null
    and exists (
        select from raw.crawls as staged
        where
            staged.source = pending.source
            and (staged.board = pending.board or known.overlapping)
            and staged.staged_at is not null
            and (staged.collected_at, staged.crawl_key) > (pending.collected_at, pending.crawl_key)
    )
