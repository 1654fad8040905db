insert into ops.state (name, value)
values ('normalizer_version', %(normalizer_version)s)
on conflict (name) do update
    set value = excluded.value
