-- Rejects that can be read now: the next staging tells the history of their boards again, with them.
update raw.rejects
set normalizer_version = ''
from derived
where rejects.raw_id = derived.raw_id
