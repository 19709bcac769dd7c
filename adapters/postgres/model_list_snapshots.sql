-- sequence: how far the organization's log goes
SELECT org_sequence FROM organization_heads WHERE organization_id = %(organization_id)s;

-- states: where each provider in use stands
SELECT p.id, p.provider_type, p.endpoint,
       discovery_basis(p.endpoint, p.credential_version + p.extra_headers_version, p.credential_hint IS NOT NULL, p.settings),
       s.basis, s.fetched_at, a.basis, a.failed_at, a.quiet_until, a.failure
FROM ai_providers p
LEFT JOIN discovery_snapshots s ON s.organization_id = p.organization_id AND s.provider_id = p.id
LEFT JOIN discovery_attempts a ON a.organization_id = p.organization_id AND a.provider_id = p.id
WHERE p.organization_id = %(organization_id)s AND p.is_enabled ORDER BY p.name_key, p.id;

-- state: where one provider stands
SELECT p.id, p.provider_type, p.endpoint,
       discovery_basis(p.endpoint, p.credential_version + p.extra_headers_version, p.credential_hint IS NOT NULL, p.settings),
       s.basis, s.fetched_at, a.basis, a.failed_at, a.quiet_until, a.failure
FROM ai_providers p
LEFT JOIN discovery_snapshots s ON s.organization_id = p.organization_id AND s.provider_id = p.id
LEFT JOIN discovery_attempts a ON a.organization_id = p.organization_id AND a.provider_id = p.id
WHERE p.organization_id = %(organization_id)s AND p.id = %(provider_id)s;

-- load: what a provider last offered
SELECT endpoint, basis, fetched_at, offered, missing, changes FROM discovery_snapshots
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s;

-- keep: replace it with a newer answer, if the provider is still the one that was asked
INSERT INTO discovery_snapshots AS held
    (organization_id, provider_id, endpoint, basis, fetched_at, offered, missing, changes)
SELECT p.organization_id, p.id, %(endpoint)s, %(basis)s, %(fetched_at)s, %(offered)s, %(missing)s, %(changes)s
FROM ai_providers p
JOIN discovery_attempts a ON a.organization_id = p.organization_id AND a.provider_id = p.id
WHERE p.organization_id = %(organization_id)s AND p.id = %(provider_id)s
    AND discovery_basis(p.endpoint, p.credential_version + p.extra_headers_version, p.credential_hint IS NOT NULL, p.settings) = %(basis)s
FOR UPDATE OF a
ON CONFLICT (organization_id, provider_id) DO UPDATE
SET endpoint = excluded.endpoint, basis = excluded.basis, fetched_at = excluded.fetched_at, offered = excluded.offered,
    missing = excluded.missing, changes = excluded.changes
WHERE held.fetched_at < excluded.fetched_at OR held.fetched_at > %(impossible_after)s
RETURNING true;

-- recovered: forget how the last question failed, and what a lease in the moment of a removal may have left behind
WITH gone AS (
    DELETE FROM discovery_attempts a WHERE a.organization_id = %(organization_id)s AND NOT EXISTS (
        SELECT FROM ai_providers p WHERE p.organization_id = a.organization_id AND p.id = a.provider_id)
)
UPDATE discovery_attempts a SET basis = NULL, failed_at = NULL, quiet_until = NULL, failure = NULL
WHERE a.organization_id = %(organization_id)s AND a.provider_id = %(provider_id)s AND a.failure IS NOT NULL
    AND a.failed_at < %(fetched_at)s;

-- lease: take the right to ask a provider that there is, or hold it for longer
INSERT INTO discovery_attempts AS held (organization_id, provider_id, holder, leased_until)
SELECT p.organization_id, p.id, %(holder)s, %(leased_until)s
FROM ai_providers p WHERE p.organization_id = %(organization_id)s AND p.id = %(provider_id)s
ON CONFLICT (organization_id, provider_id) DO UPDATE
SET holder = excluded.holder, leased_until = excluded.leased_until
WHERE held.leased_until IS NULL OR held.holder = excluded.holder
    OR held.leased_until < %(now)s OR held.leased_until > %(impossible_after)s
RETURNING true;

-- release: give it back
UPDATE discovery_attempts SET holder = NULL, leased_until = NULL
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s AND holder = %(holder)s;

-- fail: note how it failed
UPDATE discovery_attempts
SET basis = %(basis)s, failed_at = %(now)s, quiet_until = %(quiet_until)s, failure = %(failure)s
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s AND holder = %(holder)s;
