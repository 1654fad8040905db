-- Of some tables those that are twice as large as when their statistics were made, and not small.
select named.name
from unnest(%(tables)s::text[]) as named (name)
inner join pg_class on named.name::regclass = pg_class.oid
where
    pg_relation_size(pg_class.oid) >= 2 * pg_class.relpages::bigint * current_setting('block_size')::bigint
    and pg_relation_size(pg_class.oid) > 16 * current_setting('block_size')::bigint
