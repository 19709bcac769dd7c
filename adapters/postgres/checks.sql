-- keep_check: evidence of one check
INSERT INTO provider_checks (organization_id, provider_id, checked_at, report)
VALUES (%(organization_id)s, %(provider_id)s, %(checked_at)s, %(report)s);

-- note_check: when it was, and how many in a row went well or ill
INSERT INTO provider_health AS held (organization_id, provider_id, last_check_at, consecutive_failures, consecutive_successes)
VALUES (%(organization_id)s, %(provider_id)s, %(checked_at)s, %(failed)s::integer, 1 - %(failed)s::integer)
ON CONFLICT (organization_id, provider_id) DO UPDATE
SET last_check_at = greatest(held.last_check_at, excluded.last_check_at),
    consecutive_failures = CASE WHEN %(failed)s::integer = 1 THEN held.consecutive_failures + 1 ELSE 0 END,
    consecutive_successes = CASE WHEN %(failed)s::integer = 1 THEN 0 ELSE held.consecutive_successes + 1 END
RETURNING consecutive_failures, consecutive_successes;

-- forget_checks: keep the newest hundred
DELETE FROM provider_checks WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
    AND checked_at < (SELECT checked_at FROM provider_checks
                      WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
                      ORDER BY checked_at DESC OFFSET 99 LIMIT 1);

-- recent_checks: the newest checks, newest first
SELECT report FROM provider_checks WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s
ORDER BY checked_at DESC LIMIT %(limit)s;
