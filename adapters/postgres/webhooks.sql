-- all_webhooks: the ids of all webhooks
SELECT id FROM webhooks WHERE organization_id = %(organization_id)s ORDER BY id;

-- pending: a webhook that is enabled, and the first events after its position that it wants, with the names that their
-- aggregates have now, or were made with; none of them: one row
WITH place AS MATERIALIZED (
    SELECT w.topics, w.format, w.previous_valid_until, c.position, c.attempts,
           least(h.org_sequence, c.position + 10000) AS until
    FROM webhooks w
    JOIN webhook_cursors c ON c.organization_id = w.organization_id AND c.webhook_id = w.id
    JOIN organization_heads h ON h.organization_id = w.organization_id
    WHERE w.organization_id = %(organization_id)s AND w.id = %(webhook_id)s AND w.is_enabled)
SELECT place.format, place.position, place.until, place.attempts, place.previous_valid_until,
       e.org_sequence, e.topic, e.aggregate_id, e.revision, e.state, e.actor, e.reason, e.recorded_at,
       coalesce(CASE split_part(e.topic, '.', 1)
           WHEN 'provider' THEN (SELECT p.name FROM ai_providers p
                                 WHERE p.organization_id = %(organization_id)s AND p.id = e.aggregate_id)
           WHEN 'model' THEN (SELECT m.name FROM ai_models m
                              WHERE m.organization_id = %(organization_id)s AND m.id = e.aggregate_id)
           WHEN 'access-key' THEN (SELECT k.name FROM access_keys k
                                   WHERE k.organization_id = %(organization_id)s AND k.id = e.aggregate_id)
           WHEN 'webhook' THEN (SELECT w.name FROM webhooks w
                                WHERE w.organization_id = %(organization_id)s AND w.id = e.aggregate_id)
           WHEN 'organization' THEN (SELECT o.name FROM organizations o WHERE o.id = %(organization_id)s)
       END, (SELECT convert_from(made.state, 'UTF8')::json ->> 'name' FROM events made
             WHERE made.organization_id = %(organization_id)s AND made.aggregate_id = e.aggregate_id
                 AND made.revision = 1))
FROM place LEFT JOIN LATERAL (
    SELECT * FROM events e
    WHERE e.organization_id = %(organization_id)s AND e.org_sequence > place.position AND e.org_sequence <= place.until
        AND EXISTS (SELECT FROM jsonb_array_elements_text(place.topics) AS wanted (topic)
                    WHERE wanted.topic IN ('*', e.topic, split_part(e.topic, '.', 1) || '.*'))
    ORDER BY e.org_sequence LIMIT %(limit)s) e ON true
ORDER BY e.org_sequence;

-- unhurried: this transaction need not be on the disk before it is answered: what is lost with the server is sent again
SELECT set_config('synchronous_commit', 'off', true);

-- delivered: advance to an event that was delivered; return whether the webhook is enabled
WITH moved AS (
    UPDATE webhook_cursors c
    SET position = %(event_position)s, attempts = 0, failing_since = NULL, next_attempt_at = NULL,
        served_at = clock_timestamp()
    WHERE c.organization_id = %(organization_id)s AND c.webhook_id = %(webhook_id)s AND c.position = %(position)s
    RETURNING c.webhook_id),
kept AS (
    INSERT INTO webhook_deliveries AS held (
        organization_id, webhook_id, message_id, position, topic, status, attempts, response_status, response_bytes,
        response_ms, failure, first_attempt_at, last_attempt_at)
    SELECT %(organization_id)s, moved.webhook_id, %(message_id)s, %(event_position)s, %(topic)s, 'delivered', 1,
           %(response_status)s::integer, %(response_bytes)s::integer, %(response_ms)s::numeric, NULL, clock_timestamp(),
           clock_timestamp()
    FROM moved
    ON CONFLICT (organization_id, webhook_id, message_id) DO UPDATE
    SET status = excluded.status, attempts = held.attempts + 1, response_status = excluded.response_status,
        response_bytes = excluded.response_bytes, response_ms = excluded.response_ms, failure = NULL,
        last_attempt_at = excluded.last_attempt_at, next_attempt_at = NULL)
SELECT w.is_enabled FROM moved
JOIN webhooks w ON w.organization_id = %(organization_id)s AND w.id = moved.webhook_id;

-- failed: keep that an event could not be delivered, and when it is tried again
WITH stayed AS (
    UPDATE webhook_cursors c
    SET attempts = c.attempts + 1, failing_since = coalesce(c.failing_since, clock_timestamp()),
        next_attempt_at = clock_timestamp() + make_interval(secs => %(retry_seconds)s), served_at = clock_timestamp()
    WHERE c.organization_id = %(organization_id)s AND c.webhook_id = %(webhook_id)s AND c.position = %(position)s
    RETURNING c.webhook_id, c.attempts, c.failing_since, c.next_attempt_at),
kept AS (
    INSERT INTO webhook_deliveries AS held (
        organization_id, webhook_id, message_id, position, topic, status, attempts, response_status, response_bytes,
        response_ms, failure, first_attempt_at, last_attempt_at, next_attempt_at)
    SELECT %(organization_id)s, stayed.webhook_id, %(message_id)s, %(event_position)s, %(topic)s, 'retrying', 1,
           %(response_status)s::integer, %(response_bytes)s::integer, %(response_ms)s::numeric, %(failure)s,
           clock_timestamp(), clock_timestamp(), stayed.next_attempt_at
    FROM stayed
    ON CONFLICT (organization_id, webhook_id, message_id) DO UPDATE
    SET status = excluded.status, attempts = held.attempts + 1, response_status = excluded.response_status,
        response_bytes = excluded.response_bytes, response_ms = excluded.response_ms, failure = excluded.failure,
        last_attempt_at = excluded.last_attempt_at, next_attempt_at = excluded.next_attempt_at)
SELECT stayed.failing_since, extract(epoch FROM clock_timestamp() - stayed.failing_since)::double precision,
       stayed.attempts
FROM stayed;

-- given_up: keep that a message is not tried any more
UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL
WHERE organization_id = %(organization_id)s AND webhook_id = %(webhook_id)s AND message_id = %(message_id)s;

-- skip: advance without a delivery
UPDATE webhook_cursors SET position = %(until)s, served_at = clock_timestamp()
WHERE organization_id = %(organization_id)s AND webhook_id = %(webhook_id)s AND position = %(position)s
RETURNING true;

-- tested: keep what became of a test
INSERT INTO webhook_deliveries (
    organization_id, webhook_id, message_id, topic, status, attempts, response_status, response_bytes, response_ms,
    failure, first_attempt_at, last_attempt_at)
SELECT %(organization_id)s, c.webhook_id, %(message_id)s, %(topic)s,
       CASE WHEN %(failure)s::text IS NULL THEN 'delivered' ELSE 'failed' END, 1, %(response_status)s::integer,
       %(response_bytes)s::integer, %(response_ms)s::numeric, %(failure)s, clock_timestamp(), clock_timestamp()
FROM webhook_cursors c WHERE c.organization_id = %(organization_id)s AND c.webhook_id = %(webhook_id)s FOR KEY SHARE
ON CONFLICT DO NOTHING;

-- deliveries: what became of a webhook's messages, newest first
SELECT convert_to(json_build_object(
           'id', 'msg_' || replace(d.message_id::text, '-', ''), 'position', d.position, 'type', d.topic,
           'status', d.status, 'attempts', d.attempts, 'responseStatus', d.response_status,
           'responseBytes', d.response_bytes, 'responseTimeMs', d.response_ms, 'failure', d.failure,
           'firstAttemptAt', d.first_attempt_at, 'lastAttemptAt', d.last_attempt_at,
           'nextAttemptAt', d.next_attempt_at)::text, 'UTF8'),
       d.first_attempt_at, d.message_id
FROM webhook_deliveries d
WHERE d.organization_id = %(organization_id)s AND d.webhook_id = %(webhook_id)s
    AND (%(status)s::text IS NULL OR d.status = %(status)s)
    AND (%(after_time)s::timestamptz IS NULL
         OR (d.first_attempt_at, d.message_id) < (%(after_time)s::timestamptz, %(after_id)s::uuid))
ORDER BY d.first_attempt_at DESC, d.message_id DESC LIMIT %(limit)s;

-- delivery_count: how many messages of this status there are
SELECT count(*) FROM webhook_deliveries d
WHERE d.organization_id = %(organization_id)s AND d.webhook_id = %(webhook_id)s
    AND (%(status)s::text IS NULL OR d.status = %(status)s);

-- exists: whether there is such a webhook
SELECT EXISTS (SELECT FROM webhooks WHERE organization_id = %(organization_id)s AND id = %(webhook_id)s);
