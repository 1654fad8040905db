select (value::jsonb ->> 'at')::timestamptz as at
from ops.state
where name = 'marts' and value::jsonb ? 'at'
