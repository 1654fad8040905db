insert into raw.rejects (crawl_id, line, source, board, reason, content)
values (%(crawl_id)s, %(line)s, %(source)s, %(board)s, %(reason)s, %(content)s)
