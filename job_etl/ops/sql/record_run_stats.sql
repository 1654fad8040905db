insert into ops.run_stats (
    run_id, stage, job, succeeded, began_at, seconds, rows_in, rows_new, rows_changed, rows_rejected, bytes
)
values (
    %(run_id)s, %(stage)s, %(job)s, %(succeeded)s, %(began_at)s, %(seconds)s, %(rows_in)s, %(rows_new)s,
    %(rows_changed)s, %(rows_rejected)s, %(bytes)s
)
on conflict (run_id, stage) do update set
    succeeded = excluded.succeeded,
    began_at = excluded.began_at,
    seconds = excluded.seconds,
    rows_in = excluded.rows_in,
    rows_new = excluded.rows_new,
    rows_changed = excluded.rows_changed,
    rows_rejected = excluded.rows_rejected,
    bytes = excluded.bytes
