-- Each crawl goes on saying how many payloads it brought, and how many of them are here no more.
with deleted as (
    delete from raw.job_postings_raw as payload
    using leaving_payloads as leaving
    where
        payload.raw_id = leaving.raw_id
        and leaving.source = %(source)s
        and leaving.month = %(month)s
        and leaving.part = %(part)s
    returning payload.crawl_id
),

noted as (
    update raw.crawls
    set archived_payloads = crawls.archived_payloads + gone.payloads
    from (
        select
            crawl_id,
            count(*) as payloads
        from deleted
        group by crawl_id
    ) as gone
    where crawls.crawl_id = gone.crawl_id
)

select count(*) from deleted
