-- sequence: how far the organization's log goes
SELECT org_sequence FROM organization_heads WHERE organization_id = %(organization_id)s;

-- stored_key: a key as requests need it
SELECT scope, is_enabled, expires_at, secret_version, previous_valid_until, labels, requests_per_minute, tokens_per_minute,
       concurrent, budget_usd, budget_period, model_ids, provider_ids
FROM access_keys WHERE organization_id = %(organization_id)s AND id = %(key_id)s;

-- stored_secrets: the digests of the secrets that may still be accepted
SELECT s.version, s.digest FROM access_key_secrets s
JOIN access_keys k ON k.organization_id = s.organization_id AND k.id = s.key_id
    AND s.version BETWEEN k.secret_version - 1 AND k.secret_version
WHERE s.organization_id = %(organization_id)s AND s.key_id = %(key_id)s;

-- is_held: whether this is the digest of a version
SELECT EXISTS (SELECT FROM access_key_secrets WHERE organization_id = %(organization_id)s AND key_id = %(key_id)s
               AND version = %(version)s AND digest = %(digest)s);

-- all_keys: the ids of all keys
SELECT id FROM access_keys WHERE organization_id = %(organization_id)s ORDER BY id;

-- note_uses: keep when keys were used last
INSERT INTO access_key_uses AS held (organization_id, key_id, last_used_at)
SELECT %(organization_id)s, used.key_id, used.at FROM unnest(%(key_ids)s::uuid[], %(times)s::timestamptz[]) AS used (key_id, at)
JOIN access_keys k ON k.organization_id = %(organization_id)s AND k.id = used.key_id
ON CONFLICT (organization_id, key_id) DO UPDATE SET last_used_at = greatest(held.last_used_at, excluded.last_used_at);
