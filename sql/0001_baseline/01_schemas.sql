create schema if not exists raw;
comment on schema raw is 'What providers sent, as they sent it, and when';

create schema if not exists staging;
comment on schema staging is 'Canonical postings, their history, and the jobs they advertise';

create schema if not exists marts;
comment on schema marts is 'What readers use: ranked jobs, companies, statistics';

create schema if not exists ops;
comment on schema ops is 'The state of the platform itself';
