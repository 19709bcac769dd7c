-- searched: the newest calls that match, of so many that are looked at
SELECT * FROM (
    SELECT * FROM request_log WHERE organization_id = %(organization_id)s AND {places}
    ORDER BY ended_at DESC, id DESC LIMIT %(looked_at)s
) looked_at WHERE {conditions} ORDER BY ended_at DESC, id DESC LIMIT %(limit)s;

-- last_searched: the last of those that were looked at for a page that is not full; none where the log ends before
CASE WHEN count(*) <= %(shown)s THEN (
    SELECT ROW(ended_at, id) FROM request_log WHERE organization_id = %(organization_id)s AND {places}
    ORDER BY ended_at DESC, id DESC OFFSET %(looked_at)s - 1 LIMIT 1) END;

-- request_documents: calls as the API shows them
SELECT row_to_json(document) AS body, r.ended_at AS sort_value, r.id
FROM ({searched}) r CROSS JOIN LATERAL (
    SELECT r.id, rfc3339(r.ended_at) AS "endedAt", r.request_id AS "requestId", r.actor, r.access_key_id AS "accessKeyId",
        r.labels, r.door, r.operation, r.is_streamed AS "isStreamed", r.model_asked AS "modelAsked",
        r.model_id AS "modelId", r.provider_id AS "providerId", r.provider_type AS "providerType",
        r.provider_model_id AS "providerModelId", r.outcome,
        (SELECT row_to_json(tokens) FROM (
            SELECT r.input_tokens AS "inputTokens", r.output_tokens AS "outputTokens",
                r.cached_input_tokens AS "cachedInputTokens", r.cache_write_tokens AS "cacheWriteTokens",
                r.cache_write_1h_tokens AS "cacheWrite1hTokens", r.reasoning_tokens AS "reasoningTokens",
                r.audio_input_tokens AS "audioInputTokens", r.audio_output_tokens AS "audioOutputTokens",
                r.cache_write_5m_tokens AS "cacheWrite5mTokens") tokens) AS usage,
        r.cost_usd AS "costUsd", r.cost_unknown AS "costUnknownReason",
        trim_scale(round(r.first_byte_ms::numeric, 2)) AS "firstByteMs",
        trim_scale(round(r.duration_ms::numeric, 2)) AS "durationMs",
        r.upstream_request_id AS "upstreamRequestId", r.ignored_fields AS "ignoredFields",
        r.attempt_count AS "attemptCount",
        (SELECT coalesce(json_agg(row_to_json(attempt) ORDER BY each.ordinality), '[]')
         FROM jsonb_array_elements(r.attempts) WITH ORDINALITY each CROSS JOIN LATERAL (
            SELECT each.value -> 'model_id' AS "modelId", each.value -> 'provider_id' AS "providerId",
                each.value -> 'provider_model_id' AS "providerModelId", each.value -> 'was_called' AS "wasCalled",
                each.value -> 'outcome' AS outcome, each.value -> 'http_status' AS "upstreamStatus",
                each.value -> 'upstream_request_id' AS "upstreamRequestId",
                trim_scale(round((each.value ->> 'latency_ms')::numeric, 2)) AS "latencyMs",
                (each.value ->> 'cost_usd')::numeric AS "costUsd") attempt) AS attempts
) document
ORDER BY r.ended_at DESC, r.id DESC;

-- request_lines: the same as lines of CSV, with the columns of views/requests.py
SELECT concat_ws(',', rfc3339(ended_at), id, csv_cell(request_id), csv_cell(actor), coalesce(access_key_id::text, ''),
        CASE WHEN labels = '{{}}' THEN '' ELSE csv_cell(labels::text) END, csv_cell(door), operation, is_streamed::text,
        csv_cell(model_asked), coalesce(model_id::text, ''), coalesce(provider_id::text, ''), csv_cell(provider_type),
        csv_cell(provider_model_id), csv_cell(outcome), coalesce(cost_usd::text, ''), csv_cell(cost_unknown),
        coalesce(trim_scale(round(first_byte_ms::numeric, 2))::text, ''), trim_scale(round(duration_ms::numeric, 2)),
        csv_cell(upstream_request_id), CASE WHEN ignored_fields = '[]' THEN '' ELSE csv_cell(ignored_fields::text) END,
        attempt_count, coalesce(input_tokens::text, ''), coalesce(cached_input_tokens::text, ''),
        coalesce(cache_write_tokens::text, ''), coalesce(cache_write_5m_tokens::text, ''),
        coalesce(cache_write_1h_tokens::text, ''), coalesce(audio_input_tokens::text, ''),
        coalesce(output_tokens::text, ''), coalesce(reasoning_tokens::text, ''),
        coalesce(audio_output_tokens::text, '')) || E'\r\n' AS body, ended_at AS sort_value, id
FROM ({searched}) r ORDER BY ended_at DESC, id DESC;

-- request_count: how many match
SELECT count(*) FROM (SELECT FROM request_log WHERE organization_id = %(organization_id)s AND {conditions}
                      LIMIT %(limit)s::bigint) matching;

-- take_turn: whether this transaction is the one that sweeps; all others leave it to it
SELECT pg_try_advisory_xact_lock(hashtextextended('modelbook request log sweep', 0));

-- organizations_with_old_requests: those whose oldest call is too old, or that were removed; one look into the index each
WITH RECURSIVE oldest AS (
    (SELECT organization_id, ended_at FROM request_log ORDER BY organization_id, ended_at LIMIT 1)
    UNION ALL
    SELECT later.organization_id, later.ended_at FROM oldest CROSS JOIN LATERAL (
        SELECT r.organization_id, r.ended_at FROM request_log r WHERE r.organization_id > oldest.organization_id
        ORDER BY r.organization_id, r.ended_at LIMIT 1) later
)
SELECT o.organization_id FROM oldest o LEFT JOIN organization_heads h ON h.organization_id = o.organization_id
WHERE o.ended_at < %(before)s OR h.closed_sequence IS NOT NULL LIMIT %(limit)s;

-- sweep_requests: delete some of the organization's oldest calls; all of them in time if it was removed
DELETE FROM request_log WHERE organization_id = %(organization_id)s AND (ended_at, id) IN (
    SELECT r.ended_at, r.id FROM request_log r
    WHERE r.organization_id = %(organization_id)s AND r.ended_at < (
        SELECT CASE WHEN count(h.closed_sequence) > 0 THEN 'infinity' ELSE %(before)s::timestamptz END
        FROM organization_heads h WHERE h.organization_id = %(organization_id)s)
    ORDER BY r.ended_at, r.id LIMIT %(limit)s);

-- organizations_with_old_hours: those whose usage is kept by the hour for too long; two looks into the index for each
WITH RECURSIVE organizations AS (
    (SELECT organization_id FROM model_usage ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT u.organization_id FROM model_usage u WHERE u.organization_id > o.organization_id
            ORDER BY u.organization_id LIMIT 1)
    FROM organizations o WHERE o.organization_id IS NOT NULL
)
SELECT o.organization_id FROM organizations o WHERE EXISTS (
    SELECT FROM model_usage u
    WHERE u.organization_id = o.organization_id AND u.period = 'hour' AND u.starts_at < %(before)s) LIMIT %(limit)s;

-- sweep_hours: delete some of the organization's oldest hours of usage; the days are kept
DELETE FROM model_usage WHERE organization_id = %(organization_id)s AND period = 'hour'
    AND (starts_at, model_id, outcome, access_key_id, actor, labels_digest) IN (
        SELECT u.starts_at, u.model_id, u.outcome, u.access_key_id, u.actor, u.labels_digest FROM model_usage u
        WHERE u.organization_id = %(organization_id)s AND u.period = 'hour' AND u.starts_at < %(before)s
        ORDER BY u.starts_at LIMIT %(limit)s);

-- organizations_with_old_answers: those with an Idempotency-Key that has expired; two looks into the index for each
WITH RECURSIVE organizations AS (
    (SELECT organization_id FROM idempotency_keys ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT k.organization_id FROM idempotency_keys k WHERE k.organization_id > o.organization_id
            ORDER BY k.organization_id LIMIT 1)
    FROM organizations o WHERE o.organization_id IS NOT NULL
)
SELECT o.organization_id FROM organizations o WHERE EXISTS (
    SELECT FROM idempotency_keys k
    WHERE k.organization_id = o.organization_id AND k.claimed_at < %(before)s) LIMIT %(limit)s;

-- sweep_answers: delete some of the organization's oldest Idempotency-Keys with their answers
DELETE FROM idempotency_keys WHERE organization_id = %(organization_id)s AND key IN (
    SELECT k.key FROM idempotency_keys k
    WHERE k.organization_id = %(organization_id)s AND k.claimed_at < %(before)s
    ORDER BY k.claimed_at LIMIT %(limit)s);
