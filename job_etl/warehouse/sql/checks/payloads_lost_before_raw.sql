-- Crawls whose payloads are not all accounted for in raw.
select
    crawls.crawl_key,
    crawls.payloads,
    crawls.new_payloads + crawls.changed_payloads - crawls.archived_payloads as should_be_stored,
    stored.payloads as stored
from raw.crawls
left join lateral (
    select count(*) as payloads
    from raw.job_postings_raw
    where job_postings_raw.crawl_id = crawls.crawl_id
) as stored on true
where
    crawls.payloads <> crawls.new_payloads + crawls.changed_payloads + crawls.unchanged_payloads
    + crawls.duplicate_payloads + crawls.unreadable_payloads
    or stored.payloads <> crawls.new_payloads + crawls.changed_payloads - crawls.archived_payloads
order by crawls.crawl_key
limit %(limit)s
