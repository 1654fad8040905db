-- Readings of a worker that was slower than the staging, and of rules that have changed since.
delete from staging.readings
using raw.crawls
where
    readings.crawl_id = crawls.crawl_id
    and (crawls.staged_at is not null or readings.normalizer_version <> %(normalizer_version)s)
