insert into ops.ranking (config)
values (%(config)s)
on conflict (one_row) do update
    set
        config = excluded.config,
        applied_at = now()
    where ranking.config is distinct from excluded.config
