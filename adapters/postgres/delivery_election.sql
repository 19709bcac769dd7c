-- listen: be notified when an organization's log has grown
LISTEN modelbook_log;

-- due: enabled webhooks of all organizations that have events to deliver, the longest unserved first
SELECT w.organization_id, w.id, c.attempts > 0
FROM webhooks w
JOIN webhook_cursors c ON c.organization_id = w.organization_id AND c.webhook_id = w.id
JOIN organization_heads h ON h.organization_id = w.organization_id AND h.org_sequence > c.position
WHERE w.is_enabled AND (c.next_attempt_at IS NULL OR c.next_attempt_at <= clock_timestamp())
ORDER BY c.served_at NULLS FIRST LIMIT %(limit)s;

-- deadlines: models and keys that end within so many days, where a webhook wants to know and the log does not say so
WITH wanting AS MATERIALIZED (
    SELECT organization_id, bool_or(topics ?| ARRAY['*', 'model.*', 'model.retirement-approaching']) AS of_models,
           bool_or(topics ?| ARRAY['*', 'access-key.*', 'access-key.expiry-approaching']) AS of_keys
    FROM webhooks WHERE is_enabled GROUP BY organization_id),
near AS (
    SELECT m.organization_id, m.id, m.retires_on::date AS retires_on, NULL::timestamptz AS expires_at,
           CASE WHEN m.retires_on::date <= today + 1 THEN 1 WHEN m.retires_on::date <= today + 7 THEN 7 ELSE 30 END AS days
    FROM wanting JOIN ai_models m ON m.organization_id = wanting.organization_id
    CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today) now
    WHERE wanting.of_models AND m.is_enabled AND m.retires_on COLLATE "C" > to_char(today, 'YYYY-MM-DD')
        AND m.retires_on COLLATE "C" <= to_char(today + 30, 'YYYY-MM-DD')
    UNION ALL
    SELECT k.organization_id, k.id, NULL, k.expires_at,
           CASE WHEN k.expires_at <= clock_timestamp() + interval '1 day' THEN 1 ELSE 7 END
    FROM wanting JOIN access_keys k ON k.organization_id = wanting.organization_id
    WHERE wanting.of_keys AND k.is_enabled AND k.expires_at > clock_timestamp()
        AND k.expires_at <= clock_timestamp() + interval '7 days'),
named AS (
    SELECT near.*, md5(concat_ws(' ', 'deadline', near.id, near.days, near.retires_on,
                                 extract(epoch FROM near.expires_at)))::uuid AS command_id
    FROM near)
SELECT organization_id, id, days, retires_on, expires_at, command_id FROM named
WHERE NOT EXISTS (SELECT FROM events e
                  WHERE e.organization_id = named.organization_id AND e.command_id = named.command_id)
LIMIT %(limit)s;

-- sweep: forget deliveries that began so many days ago
DELETE FROM webhook_deliveries WHERE (organization_id, webhook_id, message_id) IN (
    SELECT organization_id, webhook_id, message_id FROM webhook_deliveries
    WHERE first_attempt_at < clock_timestamp() - make_interval(days => %(days)s)
    ORDER BY first_attempt_at LIMIT %(limit)s)
RETURNING 1;
