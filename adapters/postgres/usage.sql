-- add_requests: log calls of clients, unless none are kept, and add what they used; what is logged already counts no more
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(requests)s) AS r (
        ended_at timestamptz, id uuid, request_id text, actor text, access_key_id uuid, labels jsonb, door text,
        operation text, is_streamed boolean, model_asked text, outcome text, attempts jsonb, cost_usd numeric,
        first_byte_ms float8, duration_ms float8, ignored_fields jsonb)
), kept AS (
    INSERT INTO request_log (
        organization_id, ended_at, id, request_id, actor, access_key_id, labels, door, operation, is_streamed,
        model_asked, outcome, attempts, attempt_count, cost_usd, first_byte_ms, duration_ms, ignored_fields, model_id,
        provider_id, provider_type, provider_model_id, cost_unknown, upstream_request_id, input_tokens,
        cached_input_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens, audio_input_tokens,
        output_tokens, reasoning_tokens, audio_output_tokens)
    SELECT %(organization_id)s, g.ended_at, g.id, g.request_id, g.actor, g.access_key_id, g.labels, g.door, g.operation,
        g.is_streamed, g.model_asked, g.outcome, g.attempts, jsonb_array_length(g.attempts), g.cost_usd,
        g.first_byte_ms, g.duration_ms, g.ignored_fields, last.*, tokens.*
    FROM given g CROSS JOIN LATERAL jsonb_to_record(coalesce(g.attempts -> -1, '{{}}')) AS last (
        model_id uuid, provider_id uuid, provider_type text, provider_model_id text, cost_unknown text,
        upstream_request_id text)
    CROSS JOIN LATERAL (
        SELECT sum(a.input_tokens), sum(a.cached_input_tokens), sum(a.cache_write_tokens), sum(a.cache_write_5m_tokens),
            sum(a.cache_write_1h_tokens), sum(a.audio_input_tokens), sum(a.output_tokens), sum(a.reasoning_tokens),
            sum(a.audio_output_tokens)
        FROM jsonb_to_recordset(g.attempts) AS a (
            input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, cache_write_5m_tokens bigint,
            cache_write_1h_tokens bigint, audio_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
            audio_output_tokens bigint)) tokens
    WHERE %(is_kept)s
    ON CONFLICT DO NOTHING
    RETURNING id
), counted AS (
    SELECT period, date_trunc(period, g.ended_at, 'UTC') AS starts_at, g.actor, g.labels,
        coalesce(g.access_key_id, '00000000-0000-0000-0000-000000000000') AS access_key_id,
        md5(g.labels::text)::uuid AS labels_digest, a.*
    FROM given g CROSS JOIN (VALUES ('day'), ('hour')) AS p (period) CROSS JOIN jsonb_to_recordset(g.attempts) AS a (
        is_counted boolean, model_id uuid, provider_id uuid, provider_model_id text, outcome text,
        input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, cache_write_5m_tokens bigint,
        cache_write_1h_tokens bigint, audio_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
        audio_output_tokens bigint, cost_usd numeric, latency_ms float8)
    WHERE a.is_counted AND (NOT %(is_kept)s OR g.id IN (SELECT id FROM kept))
)
INSERT INTO model_usage AS held (
    organization_id, period, starts_at, model_id, outcome, access_key_id, actor, labels_digest, labels, provider_id,
    provider_model_id, requests, input_tokens, cached_input_tokens, cache_write_tokens, cache_write_5m_tokens,
    cache_write_1h_tokens, audio_input_tokens, output_tokens, reasoning_tokens, audio_output_tokens, cost_usd,
    unknown_cost_requests, latency_ms_total, latency_ms_max)
SELECT %(organization_id)s, period, starts_at, model_id, outcome, access_key_id, actor, labels_digest, labels, min(provider_id::text)::uuid,
    min(provider_model_id), count(*), coalesce(sum(input_tokens), 0), coalesce(sum(cached_input_tokens), 0),
    coalesce(sum(cache_write_tokens), 0), coalesce(sum(cache_write_5m_tokens), 0),
    coalesce(sum(cache_write_1h_tokens), 0), coalesce(sum(audio_input_tokens), 0), coalesce(sum(output_tokens), 0),
    coalesce(sum(reasoning_tokens), 0), coalesce(sum(audio_output_tokens), 0), coalesce(sum(cost_usd), 0),
    count(*) FILTER (WHERE cost_usd IS NULL), sum(latency_ms), max(latency_ms)
FROM counted GROUP BY period, starts_at, model_id, outcome, access_key_id, actor, labels_digest, labels
-- In the order of the key, so that two processes never wait for each other in a circle.
ORDER BY period, starts_at, model_id, outcome, access_key_id, actor, labels_digest
ON CONFLICT (organization_id, period, starts_at, model_id, outcome, access_key_id, actor, labels_digest) DO UPDATE SET
    requests = held.requests + excluded.requests, input_tokens = held.input_tokens + excluded.input_tokens,
    cached_input_tokens = held.cached_input_tokens + excluded.cached_input_tokens,
    cache_write_tokens = held.cache_write_tokens + excluded.cache_write_tokens,
    cache_write_5m_tokens = held.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
    cache_write_1h_tokens = held.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
    audio_input_tokens = held.audio_input_tokens + excluded.audio_input_tokens,
    output_tokens = held.output_tokens + excluded.output_tokens,
    reasoning_tokens = held.reasoning_tokens + excluded.reasoning_tokens,
    audio_output_tokens = held.audio_output_tokens + excluded.audio_output_tokens,
    cost_usd = held.cost_usd + excluded.cost_usd,
    unknown_cost_requests = held.unknown_cost_requests + excluded.unknown_cost_requests,
    latency_ms_total = held.latency_ms_total + excluded.latency_ms_total,
    latency_ms_max = greatest(held.latency_ms_max, excluded.latency_ms_max);

-- usage_of_groups: the sums of each group, in the order of time, the dearest first
SELECT of_time, of_provider, of_model, of_name, of_key, of_actor, of_labels, jsonb_object_agg(outcome, requests),
    sum(requests)::bigint, sum(input_tokens)::bigint, sum(cached_input_tokens)::bigint,
    sum(cache_write_tokens)::bigint, sum(cache_write_5m_tokens)::bigint, sum(cache_write_1h_tokens)::bigint,
    sum(audio_input_tokens)::bigint, sum(output_tokens)::bigint, sum(reasoning_tokens)::bigint,
    sum(audio_output_tokens)::bigint, sum(cost_usd), sum(unknown_cost_requests)::bigint, sum(latency_ms_total),
    max(latency_ms_max)
FROM (
    SELECT CASE WHEN %(by_time)s THEN starts_at END AS of_time,
        CASE WHEN %(by_provider)s OR %(by_model)s THEN provider_id END AS of_provider,
        CASE WHEN %(by_model)s THEN model_id END AS of_model,
        CASE WHEN %(by_model)s THEN provider_model_id END AS of_name,
        CASE WHEN %(by_key)s THEN nullif(access_key_id, '00000000-0000-0000-0000-000000000000') END AS of_key,
        CASE WHEN %(by_actor)s THEN actor END AS of_actor,
        (SELECT jsonb_object_agg(name, labels -> name) FROM unnest(%(labels)s::text[]) AS name) AS of_labels,
        outcome,
        sum(requests) AS requests, sum(input_tokens) AS input_tokens, sum(cached_input_tokens) AS cached_input_tokens,
        sum(cache_write_tokens) AS cache_write_tokens, sum(cache_write_5m_tokens) AS cache_write_5m_tokens,
        sum(cache_write_1h_tokens) AS cache_write_1h_tokens, sum(audio_input_tokens) AS audio_input_tokens,
        sum(output_tokens) AS output_tokens, sum(reasoning_tokens) AS reasoning_tokens,
        sum(audio_output_tokens) AS audio_output_tokens, sum(cost_usd) AS cost_usd,
        sum(unknown_cost_requests) AS unknown_cost_requests, sum(latency_ms_total) AS latency_ms_total,
        max(latency_ms_max) AS latency_ms_max
    FROM model_usage
    WHERE organization_id = %(organization_id)s AND period = %(period)s
        AND starts_at >= %(first)s AND starts_at < %(after_last)s
        AND (%(model_id)s::uuid IS NULL OR model_id = %(model_id)s)
        AND (%(provider_id)s::uuid IS NULL OR provider_id = %(provider_id)s)
        AND (%(access_key_id)s::uuid IS NULL OR access_key_id = %(access_key_id)s)
        AND (%(actor)s::text IS NULL OR actor = %(actor)s)
        AND (%(label)s::jsonb IS NULL OR labels @> %(label)s)
    GROUP BY of_time, of_provider, of_model, of_name, of_key, of_actor, of_labels, outcome) summed
GROUP BY of_time, of_provider, of_model, of_name, of_key, of_actor, of_labels
ORDER BY of_time, sum(cost_usd) DESC, sum(requests) DESC, of_provider, of_model, of_key, of_actor, of_labels
LIMIT %(limit)s;

-- latencies: the mean time of each model's successful calls
SELECT model_id, sum(latency_ms_total) / sum(requests) FROM model_usage
WHERE organization_id = %(organization_id)s AND period = 'day' AND starts_at >= %(since)s AND outcome = 'ok'
GROUP BY model_id;
