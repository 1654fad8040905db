insert into ops.state (name, value)
values ('marts', jsonb_build_object('building', %(run)s::text)::text)
on conflict (name) do update
    set value = excluded.value
