-- Sources of whose payloads seen in the newest crawls more than a tolerable share cannot be read.
select
    crawls.source,
    count(*) as payloads,
    count(rejects.raw_id) as rejected,
    mode() within group (order by rejects.reason) as commonest_reason
from raw.sightings
inner join raw.crawls on sightings.crawl_id = crawls.crawl_id
left join raw.rejects on sightings.raw_id = rejects.raw_id
where
    crawls.crawl_id in (
        select distinct on (newest.source, newest.board) newest.crawl_id
        from raw.crawls as newest
        where newest.payloads > 0
        order by newest.source asc, newest.board asc, newest.collected_at desc, newest.crawl_key desc
    )
group by crawls.source
having count(rejects.raw_id) > %(tolerable)s * count(*)
order by crawls.source
limit %(limit)s
