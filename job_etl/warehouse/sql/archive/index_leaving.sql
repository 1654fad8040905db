create index on leaving (source, month, part);
create index on leaving_payloads (source, month, part);
create index on leaving_sightings (raw_id);
analyze leaving, leaving_payloads, leaving_sightings;
