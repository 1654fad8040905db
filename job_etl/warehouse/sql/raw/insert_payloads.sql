insert into raw.job_postings_raw (
    raw_id, source, payload, collected_at, board, source_job_id, payload_hash, crawl_id, line
)
select
    classified.raw_id,
    %(source)s,
    landed.payload,
    %(collected_at)s,
    %(board)s,
    landed.source_job_id,
    landed.payload_hash,
    %(crawl_id)s,
    landed.line
from classified
inner join landed on classified.line = landed.line
where classified.status in ('new', 'changed')
order by landed.line
