-- current_credential: a provider's sealed secrets, and whether they are those that the log speaks of
SELECT c.version, c.origin, c.hint, c.ciphertext, c.nonce, c.wrapped_key, c.wrap_nonce, c.master_key_id,
       coalesce((p.credential_hint IS NOT NULL OR p.extra_headers <> '[]')
                AND p.credential_version + p.extra_headers_version = c.version, false)
FROM provider_credentials c
LEFT JOIN ai_providers p ON p.organization_id = c.organization_id AND p.id = c.provider_id
WHERE c.organization_id = %(organization_id)s AND c.provider_id = %(provider_id)s;

-- current_webhook_credential: the same for a webhook's sealed address and secrets
SELECT c.version, c.origin, c.hint, c.ciphertext, c.nonce, c.wrapped_key, c.wrap_nonce, c.master_key_id,
       coalesce(w.credential_version = c.version, false)
FROM provider_credentials c
LEFT JOIN webhooks w ON w.organization_id = c.organization_id AND w.id = c.provider_id
WHERE c.organization_id = %(organization_id)s AND c.provider_id = %(provider_id)s;

-- canaries: the known value under each master key ever used
SELECT master_key_id, canary FROM vault_canaries;

-- keep_canary: remember a master key that is used for the first time
INSERT INTO vault_canaries (master_key_id, canary) VALUES (%(master_key_id)s, %(canary)s) ON CONFLICT DO NOTHING;

-- alone: whether nobody else is rotating
SELECT pg_try_advisory_lock(hashtextextended('modelbook master keys', 0));

-- not_alone: let others rotate
SELECT pg_advisory_unlock(hashtextextended('modelbook master keys', 0));

-- count_of_credentials: how many credentials each master key wraps
SELECT master_key_id, count(*) FROM provider_credentials GROUP BY master_key_id;

-- under_others: credentials of all organizations that another master key wraps
SELECT organization_id, provider_id, version, origin, hint, ciphertext, nonce, wrapped_key, wrap_nonce, master_key_id
FROM provider_credentials
WHERE master_key_id <> %(active_id)s AND (organization_id, provider_id) > (%(organization_id)s::uuid, %(provider_id)s::uuid)
ORDER BY organization_id, provider_id LIMIT %(limit)s;

-- exchange: wrap data keys again where they still are as they were read and nobody is writing them
WITH wrapped AS (
    SELECT * FROM unnest(%(organization_ids)s::uuid[], %(provider_ids)s::uuid[], %(before)s::bytea[],
                         %(wrapped_keys)s::bytea[], %(wrap_nonces)s::bytea[], %(master_key_ids)s::text[])
        AS w (organization_id, provider_id, before, wrapped_key, wrap_nonce, master_key_id)),
free AS (
    SELECT held.organization_id, held.provider_id FROM provider_credentials held
    JOIN wrapped w ON w.organization_id = held.organization_id AND w.provider_id = held.provider_id
        AND w.before = held.wrapped_key
    FOR UPDATE OF held SKIP LOCKED)
UPDATE provider_credentials held
SET wrapped_key = w.wrapped_key, wrap_nonce = w.wrap_nonce, master_key_id = w.master_key_id
FROM wrapped w JOIN free ON free.organization_id = w.organization_id AND free.provider_id = w.provider_id
WHERE held.organization_id = w.organization_id AND held.provider_id = w.provider_id;

-- forget_canaries: forget master keys that are not kept and wrap nothing
DELETE FROM vault_canaries c WHERE c.master_key_id <> ALL (%(kept)s::text[])
    AND NOT EXISTS (SELECT FROM provider_credentials p WHERE p.master_key_id = c.master_key_id)
RETURNING c.master_key_id;
