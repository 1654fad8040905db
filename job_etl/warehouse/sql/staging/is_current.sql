select
from ops.state
where
    name = 'normalizer_version'
    and value = %(normalizer_version)s
