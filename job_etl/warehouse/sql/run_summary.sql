-- What the crawls loaded since a time brought, a row a source; open and closed are of all its postings.
select
    known.source,
    coalesce(loaded.crawls, 0) as crawls,
    coalesce(loaded.landed, 0) as landed,
    coalesce(loaded.new, 0) as new,
    coalesce(loaded.changed, 0) as changed,
    coalesce(loaded.unchanged, 0) as unchanged,
    coalesce(rejected.payloads, 0) as rejected,
    coalesce(life.open, 0) as open,
    coalesce(life.closed, 0) as closed
from (select distinct source from raw.crawls) as known
left join (
    select
        source,
        count(*) as crawls,
        sum(payloads) as landed,
        sum(new_payloads) as new,
        sum(changed_payloads) as changed,
        sum(unchanged_payloads) as unchanged
    from raw.crawls
    where loaded_at >= %(since)s
    group by source
) as loaded on known.source = loaded.source
left join (
    select
        source,
        count(*) as payloads
    from raw.rejects
    group by source
) as rejected on known.source = rejected.source
left join (
    select
        source,
        count(*) filter (where closed_at is null) as open,
        count(*) filter (where closed_at is not null) as closed
    from staging.postings
    group by source
) as life on known.source = life.source
order by known.source
