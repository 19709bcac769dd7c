-- keep_check: evidence of one check
INSERT INTO provider_checks (organization_id, provider_id, checked_at, check_id, report)
VALUES (%(organization_id)s, %(provider_id)s, %(checked_at)s, %(check_id)s, %(report)s);

-- note_check: when it was, and how many in a row went well or ill; one that has seen nothing leaves the streak alone
INSERT INTO provider_health AS held
    (organization_id, provider_id, last_check_at, consecutive_failures, consecutive_successes, last_seen, repeats)
SELECT %(organization_id)s, %(provider_id)s, %(checked_at)s,
       (seen IS NOT DISTINCT FROM 'unhealthy')::integer, (seen <> 'unhealthy' AND seen IS NOT NULL)::integer, seen,
       (seen IS NOT NULL)::integer
FROM (SELECT %(seen)s::text AS seen) one
ON CONFLICT (organization_id, provider_id) DO UPDATE
SET last_check_at = CASE WHEN held.last_check_at > %(impossible_after)s THEN excluded.last_check_at
                         ELSE greatest(held.last_check_at, excluded.last_check_at) END,
    consecutive_failures = CASE WHEN excluded.last_seen IS NULL THEN held.consecutive_failures
                                WHEN excluded.last_seen = 'unhealthy' THEN held.consecutive_failures + 1 ELSE 0 END,
    consecutive_successes = CASE WHEN excluded.last_seen IS NULL THEN held.consecutive_successes
                                 WHEN excluded.last_seen = 'unhealthy' THEN 0 ELSE held.consecutive_successes + 1 END,
    repeats = CASE WHEN excluded.last_seen IS NULL THEN held.repeats
                   WHEN excluded.last_seen = held.last_seen THEN held.repeats + 1 ELSE 1 END,
    last_seen = coalesce(excluded.last_seen, held.last_seen)
RETURNING consecutive_failures, consecutive_successes, last_seen, repeats;

-- forget_checks: keep the newest hundred
DELETE FROM provider_checks WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
    AND check_id IN (SELECT check_id FROM provider_checks
                     WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
                     ORDER BY checked_at DESC, check_id DESC OFFSET 100);

-- recent_checks: the newest checks, newest first
SELECT report FROM provider_checks WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
ORDER BY checked_at DESC, check_id DESC LIMIT %(limit)s;

-- state: a provider's status, since the last event that gave it one, and when it was and will be checked
SELECT p.health_status,
       coalesce((SELECT max(e.recorded_at) FROM events e
                 WHERE e.organization_id = %(organization_id)s AND e.aggregate_id = p.id AND e.topic = ANY (%(topics)s)),
                p.created_at),
       coalesce(h.consecutive_failures, 0), coalesce(h.consecutive_successes, 0), h.last_seen, coalesce(h.repeats, 0),
       h.last_check_at,
       CASE WHEN p.is_enabled AND %(interval)s > 0
            THEN greatest(clock_timestamp(),
                          health_check_due(p.id, p.health_status, h.last_check_at, p.updated_at, %(interval)s)) END
FROM ai_providers p
LEFT JOIN provider_health h ON h.organization_id = p.organization_id AND h.provider_id = p.id
WHERE p.organization_id = %(organization_id)s AND p.id = %(provider_id)s;
