-- What today's normaliser refuses keeps its last reading, but is not read again and again.
update staging.postings
set normalizer_version = %(normalizer_version)s
from unreadable
where
    postings.raw_id = unreadable.raw_id
    and postings.normalizer_version <> %(normalizer_version)s
