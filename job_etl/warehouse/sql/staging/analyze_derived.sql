-- Statistics of what statements join by; those of the wide columns of a posting would take longer than they save.
analyze derived (source, source_job_id, raw_id, hash_key)
