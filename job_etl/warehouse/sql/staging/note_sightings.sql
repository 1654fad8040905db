update staging.postings
set
    last_seen_at = greatest(postings.last_seen_at, seen.seen_at),
    board = seen.board,
    closed_at = null
from seen
where
    postings.source = seen.source
    and postings.source_job_id = seen.source_job_id
    and (postings.last_seen_at < seen.seen_at or postings.closed_at is not null)
