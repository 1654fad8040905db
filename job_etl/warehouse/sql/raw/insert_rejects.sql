insert into raw.rejects (crawl_id, line, source, board, reason, content)
select
    %(crawl_id)s,
    line,
    %(source)s,
    %(board)s,
    reason,
    content
from unreadable_lines
