-- How much there is of everything that a person asks for first.
select
    (select count(*) from raw.crawls) as crawls_loaded,
    (select max(loaded_at) from raw.crawls) as last_loaded,
    (
        select count(*) from staging.postings
        where closed_at is null
    ) as postings_open,
    (
        select count(*) from staging.postings
        where closed_at is not null
    ) as postings_closed,
    (select count(*) from raw.rejects) as rejected,
    (
        select count(*) from marts.fact_jobs
        where closed_at is null
    ) as jobs_open,
    (select count(*) from staging.changed_jobs) as jobs_to_rank
