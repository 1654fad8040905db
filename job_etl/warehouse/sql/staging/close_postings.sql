-- A complete crawl of a source that shows all of a board closes what it no longer shows; of a source that shows some,
-- what has expired besides or was not seen for long. Where boards overlap, another board may still have shown the
-- posting when that was last read in full: then that board answers for it from now on.
with unseen as materialized (
    select
        postings.source,
        postings.source_job_id,
        postings.hash_key,
        batch.crawl_id,
        batch.collected_at,
        batch.board,
        batch.overlapping
    from batch
    inner join staging.postings
        on
            batch.source = postings.source
            and batch.board = postings.board
            and postings.closed_at is null
    left join seen on postings.source = seen.source and postings.source_job_id = seen.source_job_id
    where
        batch.outcome = 'complete'
        and seen.source_job_id is null
        and (
            batch.unseen_for is null
            or postings.last_seen_at <= batch.collected_at - batch.unseen_for
            or postings.expires_at <= batch.collected_at
        )
),

missing as (
    select
        unseen.source,
        unseen.source_job_id,
        unseen.hash_key,
        unseen.crawl_id,
        unseen.collected_at,
        elsewhere.board as other_board
    from unseen
    left join lateral (
        select full_crawls.board
        from (
            select distinct on (crawls.board)
                crawls.board,
                crawls.crawl_id
            from raw.crawls
            where
                crawls.source = unseen.source
                and crawls.board <> unseen.board
                and crawls.outcome in ('complete', 'not_modified')
                and crawls.staged_at is not null
                and crawls.collected_at <= unseen.collected_at
            order by crawls.board asc, crawls.collected_at desc, crawls.crawl_key desc
        ) as full_crawls
        inner join raw.sightings on full_crawls.crawl_id = sightings.crawl_id
        inner join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
        where payload.source_job_id = unseen.source_job_id
        order by full_crawls.board
        limit 1
    ) as elsewhere on unseen.overlapping
),

moved_or_closed as (
    update staging.postings
    set
        closed_at = case when missing.other_board is null then missing.collected_at end,
        board = coalesce(missing.other_board, postings.board)
    from missing
    where
        postings.source = missing.source
        and postings.source_job_id = missing.source_job_id
    returning postings.source, postings.source_job_id, postings.hash_key, postings.closed_at, missing.crawl_id
),

recorded as (
    insert into staging.posting_changes (source, source_job_id, changed_at, kind, crawl_id)
    select
        source,
        source_job_id,
        closed_at,
        'closed',
        crawl_id
    from moved_or_closed
    where closed_at is not null
    on conflict do nothing
)

insert into touched_jobs (hash_key)
select hash_key
from moved_or_closed
where closed_at is not null
returning hash_key
