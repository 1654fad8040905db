insert into raw.job_postings_raw (
    raw_id, source, payload, collected_at, board, source_job_id, payload_hash, crawl_id, line
)
select
    raw_id,
    %(source)s,
    payload,
    %(collected_at)s,
    %(board)s,
    source_job_id,
    payload_hash,
    %(crawl_id)s,
    line
from classified
where status in ('new', 'changed')
order by line
