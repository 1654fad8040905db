-- Not where another build has begun since: that one says whether they are sound.
update ops.state
set value = jsonb_build_object('project', %(project)s::text, 'at', now())::text
where
    name = 'marts'
    and value::jsonb ->> 'building' = %(run)s
