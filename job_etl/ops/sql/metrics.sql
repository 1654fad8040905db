-- One row a sample: the metric's name, its labels as a JSON object, and the value.
select
    'job_etl_jobs' as name,
    jsonb_build_object('source', source, 'state', state) as labels,
    amount::double precision as value
from marts.job_posting_stats
cross join lateral (values ('open', open_jobs), ('closed', jobs - open_jobs)) as counted (state, amount)
union all
select
    'job_etl_crawls',
    jsonb_build_object('source', source, 'outcome', outcome),
    count(*)
from raw.crawls
where collected_at > now() - interval '1 day'
group by source, outcome
union all
select
    'job_etl_last_good_crawl_timestamp_seconds',
    jsonb_build_object('source', source),
    extract(epoch from max(collected_at))
from raw.crawls
where outcome in ('complete', 'not_modified')
group by source
union all
select
    'job_etl_rejects',
    jsonb_build_object('source', source),
    count(*)
from raw.rejects
group by source
union all
select
    'job_etl_crawls_to_stage',
    '{}'::jsonb,
    count(*)
from raw.crawls
where staged_at is null
union all
select
    sample.name,
    jsonb_build_object('stage', latest.stage),
    sample.value
from (
    select distinct on (stage) *
    from ops.run_stats
    order by stage, began_at desc
) as latest
cross join
    lateral (
        values
        ('job_etl_stage_seconds', latest.seconds),
        ('job_etl_stage_succeeded', latest.succeeded::integer::double precision),
        ('job_etl_stage_began_timestamp_seconds', extract(epoch from latest.began_at)::double precision),
        ('job_etl_stage_rows_in', latest.rows_in::double precision),
        ('job_etl_stage_rows_new', latest.rows_new::double precision),
        ('job_etl_stage_rows_changed', latest.rows_changed::double precision),
        ('job_etl_stage_rows_rejected', latest.rows_rejected::double precision),
        ('job_etl_stage_bytes', latest.bytes::double precision)
    ) as sample (name, value)
where sample.value is not null
union all
select
    'job_etl_database_bytes',
    '{}'::jsonb,
    pg_database_size(current_database())
order by name, labels
