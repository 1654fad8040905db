-- Takes back what the crawls of a board (of all boards, where they overlap) brought in, so that all can be brought in
-- again in order. An archived posting stays as it was when it closed: what it was until then, the archive tells.
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

closed_again as (
    update staging.postings
    set
        raw_id = archived.raw_id,
        last_seen_at = archived.last_seen_at,
        closed_at = archived.closed_at
    from raw.archived_postings as archived
    where
        postings.source = %(source)s
        and (postings.board = %(board)s or %(board)s::text is null)
        and postings.source = archived.source
        and postings.source_job_id = archived.source_job_id
        and postings.closed_at is distinct from archived.closed_at
    returning postings.hash_key
),

forgotten_postings as (
    delete from staging.postings
    where
        source = %(source)s
        and (board = %(board)s or %(board)s::text is null)
        and not exists (
            select from raw.archived_postings as archived
            where
                archived.source = postings.source
                and archived.source_job_id = postings.source_job_id
        )
    returning hash_key
)

insert into touched_jobs (hash_key)
select hash_key
from forgotten_postings
union all
select hash_key
from closed_again
