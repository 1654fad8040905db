update ops.host_pace
set
    next_at = to_timestamp(%(next)s),
    day = date '1970-01-01' + %(day)s::integer,
    asked = %(asked)s
where host = %(host)s
