-- What was refused, the newest first; of every source where none is named.
select
    rejects.source,
    rejects.board,
    rejects.source_job_id,
    crawls.collected_at,
    rejects.line,
    rejects.reason,
    coalesce(to_jsonb(rejects.content), payloads.payload) as content
from raw.rejects as rejects
inner join raw.crawls as crawls on rejects.crawl_id = crawls.crawl_id
left join raw.job_postings_raw as payloads on rejects.raw_id = payloads.raw_id
where %(sources)s::text[] = '{}' or rejects.source = any(%(sources)s)
order by crawls.collected_at desc, rejects.source, rejects.board, rejects.line
limit %(limit)s
