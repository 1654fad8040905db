{#-
How near the nearest place of the job is to home: 1 within the radius, beyond it radius / distance, but 0.75 in the same
region and 0.5 in the same country at least. Remote work is near where home's country is among those one may live in;
where none is named, it is near unless all its places are abroad, and then half, as nobody says.
-#}
{% macro score_location_proximity() %}
    select
        case when ranking.home_country is null and ranking.home_latitude is null then null else score end as score,
        jsonb_strip_nulls(jsonb_build_object(
            'basis', basis,
            'place', place,
            'distance_km', round(distance_km::numeric)
        )) as evidence
    from (
        (
            select
                case reach when 'remote' then 1.0 when 'remote elsewhere' then 0 else 0.5 end as score,
                reach as basis,
                job.location_std as place,
                null::double precision as distance_km
            from (
                select
                    case
                        when ranking.home_country = any(open_to) or open_to = '{}' then 'remote'
                        when ranking.home_country is not null and job.remote_countries <> '{}' then 'remote elsewhere'
                        else 'remote, countries not named'
                    end as reach
                from (values (coalesce(nullif(job.remote_countries, '{}'), job.countries))) as countries (open_to)
            ) as remote
            where job.remote_type = 'remote'
        )
        union all
        (
            select
                case
                    when distance_km <= ranking.radius_km then 1.0
                    else greatest(
                        (ranking.radius_km / distance_km)::numeric,
                        case when same_region then 0.75 when same_country then 0.5 when country is not null then 0 end
                    )
                end as score,
                case
                    when distance_km <= ranking.radius_km then 'within radius'
                    when same_region then 'same region'
                    when same_country then 'same country'
                    when distance_km is not null or country is not null then 'elsewhere'
                end as basis,
                concat_ws(', ', city, region, country) as place,
                distance_km
            from
                jsonb_to_recordset(job.places)
                as place (city text, region text, country text, latitude double precision, longitude double precision)
            cross join lateral (
                select
                    country = ranking.home_country as same_country,
                    country = ranking.home_country and region = ranking.home_region as same_region,
                    case
                        when city is not null and latitude is not null and ranking.home_latitude is not null
                            then public.distance_km(latitude, longitude, ranking.home_latitude, ranking.home_longitude)
                    end as distance_km
            ) as compared
        )
        union all
        select null, 'unknown', null, null
    ) as candidates
    order by score desc nulls last, distance_km, place collate "C"
    limit 1
{% endmacro %}
