-- One pass over the sightings, which have no index by payload, however many parts there are.
insert into leaving_sightings (crawl_id, raw_id)
select
    sightings.crawl_id,
    sightings.raw_id
from raw.sightings
inner join leaving_payloads on sightings.raw_id = leaving_payloads.raw_id
