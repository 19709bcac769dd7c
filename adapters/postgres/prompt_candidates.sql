-- sequence: how far the organization's log goes
SELECT org_sequence FROM organization_heads WHERE organization_id = %(organization_id)s;

-- bounds: the organization's own limits and budget
SELECT requests_per_minute, tokens_per_minute, concurrent, budget_usd, budget_period FROM organizations
WHERE id = %(organization_id)s;

-- accounts: the providers, each with its sealed key
SELECT p.id, p.name, p.provider_type, p.endpoint, p.settings, p.is_enabled, p.health_status,
       c.version, c.origin, c.hint, c.ciphertext, c.nonce, c.wrapped_key, c.wrap_nonce, c.master_key_id,
       coalesce(p.credential_hint IS NOT NULL AND p.credential_version = c.version, false)
FROM ai_providers p
LEFT JOIN provider_credentials c ON c.organization_id = p.organization_id AND c.provider_id = p.id
WHERE p.organization_id = %(organization_id)s;

-- models: the models
SELECT id, provider_id, model_id, name, type, capabilities, config, input_per_1k, output_per_1k, other_prices,
       price_source, price_as_of, context_window, max_tokens, lifecycle, retires_on, is_enabled, created_at
FROM ai_models WHERE organization_id = %(organization_id)s;
