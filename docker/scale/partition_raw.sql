-- Partitions raw.job_postings_raw by month. As the owner, while nothing is loaded:
--   psql --set ON_ERROR_STOP=1 --file partition_raw.sql
-- Safe to repeat: where the table is partitioned already, it adds the months to come, so a monthly cron job can call
-- it.
--
-- The key is raw_id, whose version 7 begins with the time at which the row was loaded: so it stays the primary key
-- alone, raw.rejects keeps its foreign key, and no statement of the pipeline changes.
begin;

set local lock_timeout = '60s';

create or replace function raw.add_payload_partitions(first_month date, months integer) returns void
language plpgsql
set timezone = 'UTC'
as $$
declare
    month date;
    lower_bound uuid;
    upper_bound uuid;
begin
    for number in 0 .. months - 1 loop
        month := first_month + make_interval(months => number);
        -- The first 48 bits of a version 7 UUID are milliseconds since 1970.
        lower_bound := rpad(lpad(to_hex((extract(epoch from month::timestamptz) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
        upper_bound := rpad(
            lpad(to_hex((extract(epoch from (month + interval '1 month')::timestamptz) * 1000)::bigint), 12, '0'), 32, '0'
        )::uuid;
        if to_regclass(format('raw.job_postings_raw_%s', to_char(month, 'YYYY_MM'))) is null then
            execute format(
                'create table raw.job_postings_raw_%s partition of raw.job_postings_raw for values from (%L) to (%L)',
                to_char(month, 'YYYY_MM'), lower_bound, upper_bound
            );
        end if;
    end loop;
end
$$;

do $$
declare
    first_month date;
    index record;
begin
    if (select relkind from pg_class where oid = 'raw.job_postings_raw'::regclass) = 'p' then
        return;
    end if;

    lock table raw.job_postings_raw in access exclusive mode;
    alter table raw.rejects drop constraint rejects_raw_id_fkey;
    alter table raw.job_postings_raw drop constraint job_postings_raw_crawl_id_fkey;
    alter table raw.job_postings_raw rename to job_postings_raw_whole;

    create table raw.job_postings_raw (
        like raw.job_postings_raw_whole including defaults including comments including storage including compression
    ) partition by range (raw_id);
    comment on table raw.job_postings_raw is
    'One row a payload that was new or had changed since its posting was last seen';

    first_month := date_trunc('month', coalesce(
        (select uuid_extract_timestamp(raw_id) from raw.job_postings_raw_whole order by raw_id limit 1), now()
    ), 'UTC')::date;
    perform raw.add_payload_partitions(first_month, 1 + 12 * (
        extract(year from now()) - extract(year from first_month)
    )::integer + (extract(month from now()) - extract(month from first_month))::integer);
    -- For what is loaded after the last month that was added, and ids that are of another version.
    create table raw.job_postings_raw_other partition of raw.job_postings_raw default;

    insert into raw.job_postings_raw
    select *
    from raw.job_postings_raw_whole;

    -- The same indexes under the same names, which are free once the old table is gone.
    create temporary table old_indexes on commit drop as
    select pg_get_indexdef(indexrelid) as definition
    from pg_index
    where indrelid = 'raw.job_postings_raw_whole'::regclass and not indisprimary;
    drop table raw.job_postings_raw_whole;
    alter table raw.job_postings_raw add primary key (raw_id);
    alter table raw.job_postings_raw
    add constraint job_postings_raw_crawl_id_fkey foreign key (crawl_id) references raw.crawls (crawl_id);
    for index in select definition from old_indexes loop
        execute replace(index.definition, 'raw.job_postings_raw_whole', 'raw.job_postings_raw');
    end loop;
    alter table raw.rejects
    add constraint rejects_raw_id_fkey foreign key (raw_id) references raw.job_postings_raw (raw_id);
    grant select, insert, update, delete on raw.job_postings_raw to job_etl_user;
end
$$;

-- A year ahead.
select raw.add_payload_partitions(date_trunc('month', now(), 'UTC')::date, 13);

commit;

analyze raw.job_postings_raw;
