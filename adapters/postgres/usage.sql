-- add_usage: add to what the day has so far; rows in the order of the key, so that two processes never wait in a circle
INSERT INTO model_usage AS held (organization_id, day, model_id, outcome, provider_id, provider_model_id, requests,
    input_tokens, output_tokens, cost_usd, unknown_cost_requests, latency_ms_total, latency_ms_max)
SELECT %(organization_id)s, added.day, added.model_id, added.outcome, added.provider_id, added.provider_model_id,
       added.requests, added.input_tokens, added.output_tokens, added.cost_usd, added.unknown_cost_requests,
       added.latency_ms_total, added.latency_ms_max
FROM unnest(
    %(days)s::date[], %(model_ids)s::uuid[], %(outcomes)s::text[], %(provider_ids)s::uuid[], %(provider_model_ids)s::text[],
    %(requests)s::bigint[], %(input_tokens)s::bigint[], %(output_tokens)s::bigint[], %(costs)s::numeric[],
    %(unknown_costs)s::bigint[], %(totals)s::float8[], %(longest)s::float8[])
    AS added (day, model_id, outcome, provider_id, provider_model_id, requests, input_tokens, output_tokens, cost_usd,
              unknown_cost_requests, latency_ms_total, latency_ms_max)
ORDER BY added.day, added.model_id, added.outcome
ON CONFLICT (organization_id, day, model_id, outcome) DO UPDATE
SET requests = held.requests + excluded.requests,
    input_tokens = held.input_tokens + excluded.input_tokens,
    output_tokens = held.output_tokens + excluded.output_tokens,
    cost_usd = held.cost_usd + excluded.cost_usd,
    unknown_cost_requests = held.unknown_cost_requests + excluded.unknown_cost_requests,
    latency_ms_total = held.latency_ms_total + excluded.latency_ms_total,
    latency_ms_max = greatest(held.latency_ms_max, excluded.latency_ms_max);

-- usage: the sums of each group and outcome
SELECT CASE WHEN %(grouping)s = 'day' THEN day END AS of_day,
       CASE WHEN %(grouping)s <> 'day' THEN provider_id END AS of_provider,
       CASE WHEN %(grouping)s = 'model' THEN model_id END AS of_model,
       CASE WHEN %(grouping)s = 'model' THEN provider_model_id END AS of_name,
       outcome, sum(requests)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cost_usd),
       sum(unknown_cost_requests)::bigint, sum(latency_ms_total), max(latency_ms_max)
FROM model_usage
WHERE organization_id = %(organization_id)s AND day BETWEEN %(first)s AND %(last)s
    AND (%(model_id)s::uuid IS NULL OR model_id = %(model_id)s)
    AND (%(provider_id)s::uuid IS NULL OR provider_id = %(provider_id)s)
GROUP BY of_day, of_provider, of_model, of_name, outcome;

-- latencies: the mean time of each model's successful calls
SELECT model_id, sum(latency_ms_total) / sum(requests) FROM model_usage
WHERE organization_id = %(organization_id)s AND day >= %(since)s AND outcome = 'ok' GROUP BY model_id;
