select format('%I.%I', nspname, relname) as name
from pg_class
inner join pg_namespace on pg_namespace.oid = relnamespace
where nspname in ('raw', 'staging', 'marts', 'ops') and relkind in ('r', 'p')
order by nspname, relname
