-- Sightings whose crawl or payload does not exist.
select
    sightings.crawl_id,
    sightings.raw_id
from raw.sightings
left join raw.crawls on sightings.crawl_id = crawls.crawl_id
left join raw.job_postings_raw as payload on sightings.raw_id = payload.raw_id
where
    crawls.crawl_id is null
    or payload.raw_id is null
limit %(limit)s
