-- due: enabled providers of all organizations whose check is due: of each organization in turn the longest overdue one
SELECT organization_id, id FROM (
    SELECT organization_id, id, due_at, row_number() OVER (PARTITION BY organization_id ORDER BY due_at) AS turn FROM (
        SELECT p.organization_id, p.id, h.last_check_at,
               health_check_due(p.id, p.health_status, h.last_check_at, p.updated_at, %(interval)s) AS due_at
        FROM ai_providers p
        LEFT JOIN provider_health h ON h.organization_id = p.organization_id AND h.provider_id = p.id
        WHERE p.is_enabled) watched
    -- A last check in the future was dated by a clock that was set back since.
    WHERE due_at <= clock_timestamp() OR last_check_at > clock_timestamp() + interval '10 seconds') due
ORDER BY turn, due_at LIMIT %(limit)s;

-- forget_checks: let go of the evidence of providers that were removed
DELETE FROM provider_checks c WHERE NOT EXISTS (
    SELECT FROM ai_providers p WHERE p.organization_id = c.organization_id AND p.id = c.provider_id);

-- forget_health: let go of their streaks
DELETE FROM provider_health h WHERE NOT EXISTS (
    SELECT FROM ai_providers p WHERE p.organization_id = h.organization_id AND p.id = h.provider_id);
