-- A load finds the payload of a posting before it writes that it saw it: once none is under way, none has.
select
from raw.crawls
inner join raw.sightings on crawls.crawl_id = sightings.crawl_id
inner join leaving_payloads as leaving on sightings.raw_id = leaving.raw_id
where
    crawls.staged_at is null
    and leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
limit 1
