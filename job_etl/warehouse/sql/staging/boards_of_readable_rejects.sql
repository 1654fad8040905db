-- The boards of rejects that read now: each was on its board all along, whose history has to be told again with it.
select distinct
    derived.source,
    case when not known.overlapping then derived.board end as board
from derived
inner join unnest(%(sources)s::text[], %(overlapping)s::boolean[]) as known (source, overlapping)
    on derived.source = known.source
