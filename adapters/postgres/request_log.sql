-- requests: the newest calls that match
SELECT id, ended_at, request_id, actor, access_key_id, labels, door, operation, is_streamed, model_asked, model_id,
    provider_id, provider_type, provider_model_id, outcome, attempts, attempt_count, cost_usd, cost_unknown, first_byte_ms,
    duration_ms, upstream_request_id, ignored_fields, input_tokens, cached_input_tokens, cache_write_tokens,
    cache_write_5m_tokens, cache_write_1h_tokens, audio_input_tokens, output_tokens, reasoning_tokens, audio_output_tokens
FROM request_log WHERE organization_id = %(organization_id)s AND {conditions}
ORDER BY ended_at DESC, id DESC LIMIT %(limit)s;

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
