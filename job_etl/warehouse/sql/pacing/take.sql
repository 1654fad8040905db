-- The update changes nothing: it locks the row until the state is written back.
insert into ops.host_pace as kept (host) values (%(host)s)
on conflict (host) do update set asked = kept.asked
returning
    extract(epoch from clock_timestamp())::double precision as now,
    extract(epoch from kept.next_at)::double precision as next_at,
    (kept.day - date '1970-01-01')::double precision as day,
    kept.asked::double precision as asked
