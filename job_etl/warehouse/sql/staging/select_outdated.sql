-- Postings that another version of the normaliser than this one read, or any where none is given: of a board or all,
-- from payloads since a time or all.
select
    payload.raw_id,
    payload.payload,
    payload.collected_at,
    payload.crawl_id,
    payload.line,
    postings.source,
    postings.source_job_id,
    postings.board,
    last_crawl.company,
    last_crawl.params,
    postings.first_seen_at,
    postings.last_seen_at
from staging.postings
inner join raw.job_postings_raw as payload on postings.raw_id = payload.raw_id
left join lateral (
    select
        crawls.company,
        crawls.params
    from raw.crawls
    where
        crawls.source = postings.source
        and crawls.board = postings.board
        and crawls.collected_at <= postings.last_seen_at
    order by crawls.collected_at desc, crawls.crawl_key desc
    limit 1
) as last_crawl on true
where
    postings.normalizer_version is distinct from %(normalizer_version)s::text
    and postings.source = any(%(sources)s)
    and (%(board)s::text is null or postings.board = %(board)s)
    and (%(since)s::timestamptz is null or postings.payload_at >= %(since)s)
limit %(limit)s
