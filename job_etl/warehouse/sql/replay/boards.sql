select distinct board
from staging.postings
where source = %(source)s
order by board
