-- current_credential: a provider's sealed key
SELECT version, origin, hint, ciphertext, nonce, wrapped_key, wrap_nonce, master_key_id FROM provider_credentials
WHERE organization_id = %(organization_id)s AND provider_id = %(provider_id)s;

-- canaries: the known value under each master key ever used
SELECT master_key_id, canary FROM vault_canaries;

-- keep_canary: remember a master key that is used for the first time
INSERT INTO vault_canaries (master_key_id, canary) VALUES (%(master_key_id)s, %(canary)s) ON CONFLICT DO NOTHING;

