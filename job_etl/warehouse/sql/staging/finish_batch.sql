update raw.crawls
set staged_at = now()
from batch
where crawls.crawl_id = batch.crawl_id
