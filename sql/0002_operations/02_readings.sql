-- Work done ahead, and done again where it is lost: nothing is written to the WAL for it, and a crash empties it.
-- (The linter does not know the clause yet.)
create unlogged table staging.readings (like staging.postings including storage including compression); -- noqa: PRS

alter table staging.readings
drop column hash_key,
drop column first_seen_at,
drop column last_seen_at,
drop column closed_at,
add column crawl_id bigint not null,
add primary key (raw_id);

comment on table staging.readings is
'One row a payload that a worker read ahead; the staging takes it instead of reading, and deletes it';
comment on column staging.readings.crawl_id is 'The crawl as whose payload it was read, with its board''s facts';

create index readings_crawl_idx on staging.readings (crawl_id);

grant select, insert, update, delete on staging.readings to job_etl_user;
