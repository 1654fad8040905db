-- Takes back what the crawls of a board (of all boards, where they overlap) brought in, so that all can be brought in
-- again in order.
with forgotten_crawls as (
    update raw.crawls
    set staged_at = null
    where
        source = %(source)s
        and (board = %(board)s or %(board)s::text is null)
        and staged_at is not null
    returning crawl_id
),

forgotten_changes as (
    delete from staging.posting_changes
    using forgotten_crawls
    where posting_changes.crawl_id = forgotten_crawls.crawl_id
),

forgotten_rejects as (
    delete from raw.rejects
    where
        source = %(source)s
        and (board = %(board)s or %(board)s::text is null)
        and raw_id is not null
),

forgotten_postings as (
    delete from staging.postings
    where
        source = %(source)s
        and (board = %(board)s or %(board)s::text is null)
    returning hash_key
)

insert into touched_jobs (hash_key)
select hash_key
from forgotten_postings
