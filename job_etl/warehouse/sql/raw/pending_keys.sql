select landed_keys.crawl_key
from landed_keys
where not exists (
    select from raw.crawls
    where crawls.crawl_key = landed_keys.crawl_key
)
