insert into raw.crawls (
    crawl_key, source, board, company, params, collected_at, outcome, reason, requests, received_bytes,
    payloads, new_payloads, changed_payloads, unchanged_payloads, duplicate_payloads, unreadable_payloads
)
select
    %(crawl_key)s,
    %(source)s,
    %(board)s,
    %(company)s,
    %(params)s,
    %(collected_at)s,
    %(outcome)s,
    %(reason)s,
    %(requests)s,
    %(received_bytes)s,
    (select count(*) from landed) + (select count(*) from unreadable_lines),
    count(*) filter (where status = 'new'),
    count(*) filter (where status = 'changed'),
    count(*) filter (where status = 'unchanged'),
    count(*) filter (where status = 'duplicate'),
    (select count(*) from unreadable_lines)
from classified
returning
    crawl_id, payloads, new_payloads, changed_payloads, unchanged_payloads, duplicate_payloads, unreadable_payloads
