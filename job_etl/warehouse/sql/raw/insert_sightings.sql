insert into raw.sightings (crawl_id, raw_id)
select
    %(crawl_id)s,
    raw_id
from classified
where status <> 'duplicate'
order by raw_id
