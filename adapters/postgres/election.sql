-- won: take the office if it is vacant; this session holds it until it ends
SELECT pg_try_advisory_lock(hashtextextended('modelbook health monitor', 0));

-- alive: whether the session is still there
SELECT 1;

-- due: enabled providers of all organizations whose check is due, the longest overdue first
SELECT p.organization_id, p.id FROM ai_providers p
LEFT JOIN provider_health h ON h.organization_id = p.organization_id AND h.provider_id = p.id
CROSS JOIN LATERAL (
    SELECT health_check_due(p.id, p.health_status, h.last_check_at, p.updated_at, %(interval)s) AS at) due
WHERE p.is_enabled AND due.at <= clock_timestamp()
ORDER BY due.at LIMIT %(limit)s;

-- forget_checks: let go of the evidence of providers that were removed
DELETE FROM provider_checks c WHERE NOT EXISTS (
    SELECT FROM ai_providers p WHERE p.organization_id = c.organization_id AND p.id = c.provider_id);

-- forget_health: let go of their streaks
DELETE FROM provider_health h WHERE NOT EXISTS (
    SELECT FROM ai_providers p WHERE p.organization_id = h.organization_id AND p.id = h.provider_id);
