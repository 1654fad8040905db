{#-
The claim: which jobs a build of the marts takes, and that none is lost on the way.

Staging queues the keys of new, changed and vanished jobs in staging.changed_jobs. The transaction that builds
dim_companies moves them to staging.claimed_jobs and notes the companies they touch; the one that builds fact_jobs
takes them out. Whichever of the two fails or is killed leaves its table as it was, and the next build goes on from
there with what has come since. Both read claimed keys only, however many jobs there are: the claim is analysed when it
is made, as the planner takes a thousand keys in a table that held a million for a million, and reads all jobs.
-#}

{#-
The lock waits for transactions that changed a job and found its key queued already: were their key taken before
they commit, their change would be missed.
-#}
{% macro claim_changed_jobs() %}
    lock table staging.changed_jobs in share row exclusive mode;

    with taken as (
        delete from staging.changed_jobs
        returning hash_key
    )
    insert into staging.claimed_jobs (hash_key)
    select hash_key
    from taken
    on conflict do nothing;

    analyze staging.claimed_jobs;

    insert into staging.claimed_companies (company_key)
    select company_key
    from staging.claimed_jobs
    join staging.job_postings_stg using (hash_key)
    where company_key <> '' -- nor null: a name without a letter names no company
    union
    select company_key
    from staging.claimed_jobs
    join marts.fact_jobs using (hash_key)
    join marts.dim_companies using (company_id)
    on conflict do nothing;

    analyze staging.claimed_companies;
{% endmacro %}

{#- A company's size counts for the score of all its jobs: where it has just changed, they are all to be built. -#}
{% macro claim_jobs_of_changed_companies() %}
    insert into staging.claimed_jobs (hash_key)
    select fact_jobs.hash_key
    from marts.dim_companies
    join marts.fact_jobs using (company_id)
    where dim_companies.updated_at = now() -- the time of this transaction, in which the merge wrote them
    on conflict do nothing;

    analyze staging.claimed_jobs;
{% endmacro %}

{% macro hold_claim() %}
    lock table staging.claimed_jobs in share row exclusive mode;
{% endmacro %}

{% macro delete_vanished_jobs() %}
    delete from marts.fact_jobs
    using staging.claimed_jobs
    where fact_jobs.hash_key = claimed_jobs.hash_key
        and not exists (
            select from staging.job_postings_stg
            where job_postings_stg.hash_key = claimed_jobs.hash_key
        );
{% endmacro %}

{% macro delete_companies_without_jobs() %}
    delete from marts.dim_companies
    using staging.claimed_companies
    where dim_companies.company_key = claimed_companies.company_key
        and not exists (
            select from marts.fact_jobs
            where fact_jobs.company_id = dim_companies.company_id
        );
{% endmacro %}

{% macro release_claim() %}
    delete from staging.claimed_jobs;
    delete from staging.claimed_companies;
{% endmacro %}

{#- What was noted of the last build is not true of this one. A build through Dagster has taken the note away itself. -#}
{% macro forget_sound_build() %}
    delete from ops.state
    where name = 'marts' and value::jsonb ? 'at';
{% endmacro %}
