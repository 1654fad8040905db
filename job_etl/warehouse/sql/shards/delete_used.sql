delete from staging.readings
using batch
where readings.crawl_id = batch.crawl_id
