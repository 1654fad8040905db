delete from raw.sightings
using leaving_sightings, leaving_payloads as leaving
where
    leaving_sightings.raw_id = leaving.raw_id
    and sightings.crawl_id = leaving_sightings.crawl_id
    and sightings.raw_id = leaving_sightings.raw_id
    and leaving.source = %(source)s
    and leaving.month = %(month)s
    and leaving.part = %(part)s
