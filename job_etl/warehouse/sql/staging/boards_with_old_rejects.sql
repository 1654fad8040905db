select distinct
    rejects.source,
    case when not known.overlapping then rejects.board end as board
from raw.rejects
inner join unnest(%(sources)s::text[], %(overlapping)s::boolean[]) as known (source, overlapping)
    on rejects.source = known.source
where
    rejects.raw_id is not null
    and rejects.normalizer_version <> %(normalizer_version)s
